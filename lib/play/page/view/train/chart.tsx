/** Two curves over the steps of a training, with the places where a setting was changed. */
import type { JSX } from 'preact';
import { useId, useRef } from 'preact/hooks';
import type { Change } from '../../state/train';
import { texts } from '../../texts';
import { useWidth } from '../parts/hooks';
import { ticks } from './ticks';

/** Steps and values, in order. */
export type Curve = readonly (readonly [number, number])[];

interface ChartProps {
  /** For styles and tests. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly training: Curve;
  readonly heldOut: Curve;
  readonly changes: readonly Change[];
  /** Top of the axis; by default just above the largest value. */
  readonly most?: number;
  readonly format: (value: number) => string;
}

const height = 220;
const margin = { left: 46, right: 12, top: 12, bottom: 34 };
/** Rows of the table, at most. */
const mostRows = 12;

export function Chart(props: ChartProps): JSX.Element {
  const { name, title, about, training, heldOut, changes, format } = props;
  const heading = useId();
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const values = [...training, ...heldOut].map(([, value]) => value);
  const most = props.most ?? Math.max(...values, 0.1) * 1.08;
  const lastStep = Math.max(training.at(-1)?.[0] ?? 0, heldOut.at(-1)?.[0] ?? 0, 20);
  const x = (step: number): number =>
    margin.left + (step / lastStep) * Math.max(0, width - margin.left - margin.right);
  const y = (value: number): number =>
    height - margin.bottom - (value / most) * (height - margin.top - margin.bottom);
  return (
    <figure class={`chart ${name}`} aria-labelledby={heading}>
      <h3 id={heading}>{title}</h3>
      <p class="hint">{about}</p>
      <div ref={frame}>
        {width > 0 && (
          <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
            {ticks(most, 4).map((value) => (
              <g key={value} class="tick">
                <line x1={margin.left} x2={width - margin.right} y1={y(value)} y2={y(value)} />
                <text x={margin.left - 8} y={y(value)} dy="0.32em" text-anchor="end">
                  {format(value)}
                </text>
              </g>
            ))}
            {ticks(lastStep, width < 420 ? 3 : 6).map((step) => (
              <text key={step} class="tick-label" x={x(step)} y={height - 14} text-anchor="middle">
                {step}
              </text>
            ))}
            <text class="tick-label" x={width - margin.right} y={height - 1} text-anchor="end">
              {texts.train.steps}
            </text>
            {changes.map(({ step, text }, i) => (
              <g key={i} class="change">
                <line x1={x(step)} x2={x(step)} y1={margin.top} y2={height - margin.bottom} />
                <text
                  x={x(step)}
                  y={margin.top + 10 + (i % 3) * 14}
                  dx={step > lastStep / 2 ? -5 : 5}
                  text-anchor={step > lastStep / 2 ? 'end' : 'start'}
                >
                  {text}
                </text>
              </g>
            ))}
            <path class="training" d={path(training, x, y)} />
            <path class="held-out" d={path(heldOut, x, y)} />
            {heldOut.length > 0 && (
              <circle class="held-out" cx={x(heldOut.at(-1)![0])} cy={y(heldOut.at(-1)![1])} r={3.5} />
            )}
          </svg>
        )}
      </div>
      <p class="key" aria-hidden="true">
        <span class="training">
          {texts.train.seriesOf.training} {training.length > 0 && format(training.at(-1)![1])}
        </span>
        <span class="held-out">
          {texts.train.seriesOf.heldOut} {heldOut.length > 0 && format(heldOut.at(-1)![1])}
        </span>
      </p>
      <Numbers {...props} />
    </figure>
  );
}

function path(curve: Curve, x: (step: number) => number, y: (value: number) => number): string {
  return curve
    .map(([step, value], i) => `${i === 0 ? 'M' : 'L'}${x(step).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('');
}

/** The same as a table: for screen readers, and for whoever wants the numbers. */
function Numbers({ title, training, heldOut, changes, format }: ChartProps): JSX.Element {
  const every = Math.max(1, Math.ceil(heldOut.length / mostRows));
  // Counted from the end, so that the latest is among them.
  const rows = heldOut.filter((_, i) => (heldOut.length - 1 - i) % every === 0);
  return (
    <details>
      <summary>{texts.train.table(title)}</summary>
      <table>
        <thead>
          <tr>
            {texts.train.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([step, value]) => {
            const before = training.filter(([at]) => at <= step).at(-1);
            return (
              <tr key={step}>
                <th scope="row">{step}</th>
                <td>{before ? format(before[1]) : '–'}</td>
                <td>{format(value)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {changes.map(({ step, text }, i) => (
        <p key={i} class="hint">
          {texts.train.changedAt(step, text)}
        </p>
      ))}
    </details>
  );
}
