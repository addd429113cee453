/** The table of networks in README.md, from the registry and the published records. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { grouped } from '../../lib/data/text';
import { networks, summary, type Network } from '../../lib/models';
import { publishedResults, type PublishedRecord } from '../../lib/published';
import { bestResult } from '../../lib/published/results';
import { UserError } from '../../lib/runtime/errors';
import { projectRoot } from '../../lib/runtime/paths';
import { missing } from '../../lib/show/format';
import { precisionText } from '../../lib/show/published';
import { accuracyText, viewsText } from '../../lib/show/results';

const readmeFile = path.join(projectRoot, 'README.md');
const [begin, end] = ['<!-- published results -->', '<!-- end of published results -->'];

/** A row for each network of the registry: its most accurate published recipe, or dashes. */
export function readmeTable(records: readonly PublishedRecord[]): string {
  const results = publishedResults(records);
  const rows = Object.entries(networks).map(([name, network]: [string, Network]): string[] => {
    const model = network.build();
    const { parameters, multiplyAdds } = summary(model);
    model.dispose();
    const best = bestResult(results, name);
    return [
      network.title,
      grouped(parameters),
      `${short(multiplyAdds / 1e6)} M`,
      best ? `${accuracyText(best.testAccuracy)} (${best.records.length})` : missing,
      best ? viewsText(best) : missing,
      best ? short(best.seconds / 60) + precisionText(best) : missing,
      best ? `\`${best.recipeName}\`` : missing,
      network.idea,
    ];
  });
  const head = [
    'network',
    'parameters',
    'multiply-adds an image',
    'accuracy (seeds)',
    'with several views',
    'minutes',
    'recipe',
    'idea',
  ];
  const rule = ['---', '--:', '--:', '--:', '--:', '--:', '---', '---'];
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** What README.md has to be with these records. */
export function readmeWith(table: string, text = readme()): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new UserError(`README.md has no "${begin}" before "${end}".`);
  return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
}

/** Brings the table up to date. @returns whether it was not */
export function updateReadme(records: readonly PublishedRecord[]): boolean {
  const before = readme();
  const after = readmeWith(readmeTable(records), before);
  if (after !== before) fs.writeFileSync(readmeFile, after);
  return after !== before;
}

export function readme(): string {
  return fs.readFileSync(readmeFile, 'utf8');
}

/** 4.2, but 95: as exact as anybody needs it. */
function short(value: number): string {
  return value < 10 ? value.toFixed(1) : grouped(Math.round(value));
}
