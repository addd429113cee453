import { grid, ink } from './palette';

/**
 * Figures as Plotly's JSON (https://plotly.com/javascript/reference), restricted to what this project draws, so that
 * the pictures for pages without Plotly (`svg/`) and the text for terminals can show all of it.
 */
export interface Figure {
  readonly data: readonly Trace[];
  readonly layout: Layout;
}

export type Trace = LineTrace | HeatmapTrace | BarTrace | PointTrace | DotTrace;

/** `x` or `x2`, `y` or `y2`: the panel that a trace belongs to. */
export type AxisId<Letter extends 'x' | 'y'> = Letter | `${Letter}2`;

export interface LineTrace {
  readonly type: 'scatter';
  readonly mode: 'lines+markers';
  readonly name: string;
  readonly x: readonly number[];
  /** A null leaves a gap. */
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
  /** Decides the colours; one row for each `y`. */
  readonly z: readonly (readonly number[])[];
  readonly zmin: number;
  readonly zmax: number;
  readonly colorscale: readonly (readonly [number, string])[];
  readonly colorbar: {
    readonly title: { readonly text: string; readonly side: 'right' };
    readonly tickformat: string;
  };
  /** Text in the cells. */
  readonly text: readonly (readonly string[])[];
  readonly texttemplate: '%{text}';
  readonly customdata: readonly (readonly number[])[];
  readonly hovertemplate: string;
  readonly xgap: number;
  readonly ygap: number;
}

/** Vertical bars on a linear axis, one for each category; those of several traces stand side by side. */
export interface BarTrace {
  readonly type: 'bar';
  readonly name: string;
  readonly x: readonly string[];
  readonly y: readonly number[];
  readonly marker: { readonly color: string };
  readonly showlegend: boolean;
  readonly hovertemplate: string;
}

/** Single points, each with its name next to it. */
export interface PointTrace {
  readonly type: 'scatter';
  readonly mode: 'markers+text';
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly text: readonly string[];
  /** Next to the vertical line of an error bar, never on it. */
  readonly textposition: `${'top' | 'bottom'} ${'left' | 'right'}`;
  readonly cliponaxis: false;
  readonly marker: { readonly color: string; readonly symbol: string; readonly size: number };
  readonly error_y?: ErrorBars;
  readonly showlegend: false;
  readonly hovertemplate: string;
}

/** Dots over categories, with any number of dots for each category. */
export interface DotTrace {
  readonly type: 'scatter';
  readonly mode: 'markers';
  readonly name: string;
  readonly x: readonly string[];
  readonly y: readonly number[];
  readonly marker: {
    readonly color: string;
    readonly symbol: string;
    readonly size: number;
    readonly opacity?: number;
  };
  readonly error_y?: ErrorBars;
  readonly showlegend: boolean;
  readonly hovertemplate: string;
}

/** Error bars: the spread of each value of a trace, upwards and downwards. */
export interface ErrorBars {
  readonly type: 'data';
  /** NaN for a value without an error bar. */
  readonly array: readonly number[];
  readonly color: string;
  readonly thickness: number;
}

export function isLine(trace: Trace): trace is LineTrace {
  return trace.type === 'scatter' && trace.mode === 'lines+markers';
}

export function isPoints(trace: Trace): trace is PointTrace {
  return trace.type === 'scatter' && trace.mode === 'markers+text';
}

export function isDots(trace: Trace): trace is DotTrace {
  return trace.type === 'scatter' && trace.mode === 'markers';
}

export function isBars(trace: Trace): trace is BarTrace {
  return trace.type === 'bar';
}

export function isHeatmap(trace: Trace): trace is HeatmapTrace {
  return trace.type === 'heatmap';
}

export interface Axis {
  readonly title: { readonly text: string };
  /** Start and end of the axis, as fractions of the figure's width or height. */
  readonly domain?: readonly [number, number];
  readonly anchor?: string;
  /** On a logarithmic axis, exponents of 10. */
  readonly range?: readonly [number, number];
  /** Defaults to linear. A `category` axis treats names that look like numbers as names. */
  readonly type?: 'log' | 'category';
  readonly autorange?: 'reversed';
  /**
   * For fractions: percentages, with a decimal only if neighbouring ticks need it. For large numbers: k, M, G. Or plain
   * numbers, where Plotly would write a single digit between powers of ten. Defaults to Plotly's choice.
   */
  readonly tickformat?: '.1~%' | '~s' | '~g';
  /** Distance between ticks. On a logarithmic axis: in powers of ten, or `D2` for ticks at 1, 2 and 5. */
  readonly dtick?: number | 'D2';
  readonly showgrid?: boolean;
}

export interface Layout {
  readonly title: { readonly text: string; readonly subtitle?: { readonly text: string } };
  /** In pixels. Defaults to the width of the page. */
  readonly width?: number;
  readonly height: number;
  readonly xaxis: Axis;
  readonly yaxis: Axis;
  readonly xaxis2?: Axis;
  readonly yaxis2?: Axis;
}

/**
 * A layout with the style that all figures share: no background, and text and grid in a medium grey, so that they are
 * readable on light and dark pages.
 */
export function layout(own: Layout): Layout {
  const axis = (each: Axis): Axis => ({
    ...{ gridcolor: grid, zeroline: false, linecolor: grid, automargin: true, exponentformat: 'power' },
    ...each,
    title: { ...each.title, ...{ standoff: 12 } },
  });
  const title = { x: 0, xref: 'paper', xanchor: 'left', font: { size: 16 }, ...titlePlace(own.height) };
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
      margin,
      legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', tracegroupgap: 0 },
      // In a row, its buttons would cover the title.
      modebar: { orientation: 'v', bgcolor: 'rgba(0,0,0,0)', color: ink },
      hoverlabel: { bgcolor: '#333333', bordercolor: '#333333', font: { color: '#ffffff' } },
    },
  };
}

const margin = { l: 60, r: 20, t: 92, b: 50 } as const;

/** At the very top, to leave room for a subtitle above the legend. */
function titlePlace(height: number): object {
  return { y: 1 - 14 / height, yref: 'container', yanchor: 'top' };
}

/** A layout from `layout` with room for further rows of the legend, in pixels, between the subtitle and the plot. */
export function withHeadroom(own: Layout, more: number): Layout {
  const height = own.height + more;
  const title = { ...own.title, ...titlePlace(height) };
  return { ...own, height, title, ...{ margin: { ...margin, t: margin.t + more } } };
}

/** Ticks of a logarithmic axis that are not crowded: powers of ten and, if these are few, values between them. */
export function logTicks(values: readonly number[]): 1 | 'D2' {
  return Math.max(...values) / Math.min(...values) > 30 ? 1 : 'D2';
}
