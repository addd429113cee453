import type { LineTrace } from './figure';
import type { Appearance } from './palette';

export interface NamedLine {
  readonly name: string;
  readonly x: readonly number[];
  /** A null leaves a gap. */
  readonly y: readonly (number | null)[];
}

export interface LineLook {
  /** Plotly's template for what the pointer shows. */
  readonly hovertemplate: string;
  /** The panel that it belongs to. Defaults to the first. */
  readonly panel?: 1 | 2;
  /** Whether the legend names it. Defaults to the lines of the first panel. */
  readonly showlegend?: boolean;
}

/** A solid line with a marker at each point, in the look of its network. */
export function lineTrace(
  { name, x, y }: NamedLine,
  { colour, symbol }: Appearance,
  { hovertemplate, panel = 1, showlegend = panel === 1 }: LineLook,
): LineTrace {
  return {
    ...{ type: 'scatter', mode: 'lines+markers', name, x, y },
    ...(panel === 1 ? { xaxis: 'x', yaxis: 'y' } : { xaxis: 'x2', yaxis: 'y2' }),
    line: { color: colour, dash: 'solid', width: 2 },
    marker: { symbol, size: 8 },
    ...{ showlegend, legendgroup: name, hovertemplate },
  };
}
