import { grid, ink } from './palette';

/**
 * Figures as Plotly's JSON (https://plotly.com/javascript/reference), restricted to what this project draws, so
 * that the drawing for pages without Plotly (`svg.ts`) and the text for terminals can follow.
 */
export interface Figure {
  readonly data: readonly Trace[];
  readonly layout: Layout;
}

export type Trace = LineTrace | HeatmapTrace;

/** `x` or `x2`, `y` or `y2`: the panel that a trace belongs to. */
export type AxisId<Letter extends 'x' | 'y'> = Letter | `${Letter}2`;

export interface LineTrace {
  readonly type: 'scatter';
  readonly mode: 'lines+markers';
  readonly name: string;
  readonly x: readonly number[];
  /** null leaves a gap. */
  readonly y: readonly (number | null)[];
  readonly xaxis: AxisId<'x'>;
  readonly yaxis: AxisId<'y'>;
  readonly line: { readonly color: string; readonly dash: 'solid' | 'dash'; readonly width: number };
  readonly marker: { readonly symbol: string; readonly size: number };
  readonly showlegend: boolean;
  readonly legendgroup: string;
  readonly hovertemplate: string;
}

export interface HeatmapTrace {
  readonly type: 'heatmap';
  readonly x: readonly string[];
  readonly y: readonly string[];
  /** Decides the colour; rows from the first `y` on. */
  readonly z: readonly (readonly number[])[];
  readonly zmin: number;
  readonly zmax: number;
  readonly colorscale: readonly (readonly [number, string])[];
  readonly colorbar: {
    readonly title: { readonly text: string; readonly side: 'right' };
    readonly tickformat: string;
  };
  /** Written in the cells. */
  readonly text: readonly (readonly string[])[];
  readonly texttemplate: '%{text}';
  readonly customdata: readonly (readonly number[])[];
  readonly hovertemplate: string;
  readonly xgap: number;
  readonly ygap: number;
}

export interface Axis {
  readonly title: { readonly text: string };
  /** Share of the figure's width or height that the axis takes. */
  readonly domain?: readonly [number, number];
  readonly anchor?: string;
  readonly range?: readonly [number, number];
  readonly autorange?: 'reversed';
  /** For shares: percent, with a decimal only where neighbouring ticks need it. Otherwise Plotly's choice. */
  readonly tickformat?: '.1~%';
  readonly dtick?: number;
  readonly showgrid?: boolean;
}

export interface Layout {
  readonly title: { readonly text: string; readonly subtitle?: { readonly text: string } };
  /** In pixels; as wide as the page unless given. */
  readonly width?: number;
  readonly height: number;
  readonly xaxis: Axis;
  readonly yaxis: Axis;
  readonly xaxis2?: Axis;
  readonly yaxis2?: Axis;
}

/**
 * A layout with the looks that all figures share: no background of their own, so that they lie on light and
 * dark pages alike, and text and grid of a middle grey.
 */
export function layout(own: Layout): Layout {
  const axis = (each: Axis): Axis => ({
    ...{ gridcolor: grid, zeroline: false, linecolor: grid, automargin: true },
    ...each,
    title: { ...each.title, ...{ standoff: 12 } },
  });
  const title = { x: 0, xref: 'paper', xanchor: 'left', font: { size: 16 } };
  return {
    ...own,
    title: { ...title, ...own.title },
    xaxis: axis(own.xaxis),
    yaxis: axis(own.yaxis),
    ...(own.xaxis2 && { xaxis2: axis(own.xaxis2) }),
    ...(own.yaxis2 && { yaxis2: axis(own.yaxis2) }),
    ...{
      autosize: own.width === undefined,
      paper_bgcolor: 'rgba(0,0,0,0)',
      plot_bgcolor: 'rgba(0,0,0,0)',
      font: { color: ink, size: 12 },
      margin: { l: 60, r: 20, t: 80, b: 50 },
      legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom' },
      modebar: { bgcolor: 'rgba(0,0,0,0)', color: ink },
      hoverlabel: { bgcolor: '#333333', bordercolor: '#333333', font: { color: '#ffffff' } },
    },
  };
}
