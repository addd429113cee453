import type { Sequence, Step } from '../../models/structure';
import { labelOf, shapeOf } from './labels';

/** A network as lines of text: each step with its output shape, branches indented. */
export function diagramText(title: string, sequence: Sequence): string {
  const lines = linesOf(sequence, '');
  const widest = Math.max(...lines.map(([text]) => text.length));
  return [title, ...lines.map(([text, shape]) => `${text.padEnd(widest)}  ${shape}`.trimEnd())].join('\n');
}

type Line = readonly [text: string, shape: string];

function linesOf(sequence: Sequence, indent: string): Line[] {
  return sequence.flatMap((step) => stepLines(step, indent));
}

function stepLines(step: Step, indent: string): Line[] {
  const times = step.times > 1 ? `${step.times} × ` : '';
  if (step.kind === 'unit') {
    const { title, detail } = labelOf(step);
    return [[`${indent}${times}${[title, detail].filter(Boolean).join(' · ')}`, shapeOf(step)]];
  }
  const { branches, merge } = step;
  return [
    ...branches.flatMap((branch, i): Line[] => {
      const corner = i === 0 ? '┌' : '├';
      const head: Line = [`${indent}${i === 0 ? times : ' '.repeat(times.length)}${corner} way ${i + 1}`, ''];
      const deeper = `${indent}${' '.repeat(times.length)}│   `;
      return [
        head,
        ...(branch.length === 0 ? [[`${deeper}unchanged`, ''] as const] : linesOf(branch, deeper)),
      ];
    }),
    ...stepLines(merge, `${indent}${' '.repeat(times.length)}└ `),
  ];
}
