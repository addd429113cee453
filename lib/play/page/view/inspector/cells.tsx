/** Numbers in a grid, each on its colour: a window, a kernel, products. */
import type { JSX } from 'preact';
import { number } from '../../texts';
import { shade } from '../parts/colours';

export interface CellsProps {
  readonly title: string;
  readonly values: readonly number[];
  readonly columns: number;
  /** Size of the values at full strength. */
  readonly largest: number;
  /** Which ones are real: those of the padding are not. */
  readonly inside?: ArrayLike<number>;
  /** One that is pointed out. */
  readonly highlighted?: number;
}

export function Cells({ title, values, columns, largest, inside, highlighted }: CellsProps): JSX.Element {
  const rows = Math.ceil(values.length / columns);
  return (
    <table class={columns > 3 ? 'cells small' : 'cells'}>
      <caption>{title}</caption>
      <tbody>
        {Array.from({ length: rows }, (_, row) => (
          <tr key={row}>
            {values.slice(row * columns, (row + 1) * columns).map((value, column) => {
              const i = row * columns + column;
              const isPadding = inside?.[i] === 0;
              return (
                <td
                  key={column}
                  class={isPadding ? 'padding' : i === highlighted ? 'highlighted' : undefined}
                  style={isPadding ? undefined : shade(value, largest)}
                >
                  {isPadding ? '0' : number(value)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}
