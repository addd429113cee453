import type { NetworkResult } from '../lessons/result';
import type { Evaluation } from '../runs/evaluation';
import { layout, logTicks, type BarTrace, type DotTrace, type Figure, type PointTrace } from './figure';
import { duration, percent, short } from './format';
import { appearancesOf, type Appearance } from './palette';
import { namePlaces } from './name-places';
import { emit } from './output';
import { table, tableOutput, type Table } from './table';

/** The costs of a network that figures can show. */
export type Cost = 'parameters' | 'multiplyAdds' | 'seconds';

const costs: Readonly<
  Record<Cost, { title: string; format: (value: number) => string; tickformat: '~s' | '~g' }>
> = {
  parameters: { title: 'parameters', format: short, tickformat: '~s' },
  multiplyAdds: { title: 'multiply-adds for an image', format: short, tickformat: '~s' },
  // As an SI prefix, half a second would be 500m.
  seconds: { title: 'seconds of training', format: short, tickformat: '~g' },
};

/** Shows a table with a row for each network: what it costs and, if measured, what it achieves. */
export function showComparison(results: readonly NetworkResult[]): void {
  emit(tableOutput(comparisonTable(results)));
}

export function comparisonTable(results: readonly NetworkResult[]): Table {
  const some = (key: keyof NetworkResult): boolean => results.some((result) => result[key] !== undefined);
  const differs = (key: keyof NetworkResult): boolean => new Set(valuesOf(key)).size > 1;
  const valuesOf = (key: keyof NetworkResult) => results.flatMap((result) => result[key] ?? []);
  const datasets = datasetsOf(results);
  const rows = results.map((result) => ({
    network: result.network,
    depth: result.depth,
    receptiveField: result.receptiveField,
    parameters: result.parameters,
    multiplyAdds: result.multiplyAdds,
    ...(differs('recipe') && { recipe: result.recipe }),
    ...(differs('learningRate') && { learningRate: result.learningRate }),
    ...(some('epochs') && { epochs: result.epochs }),
    ...(some('seconds') && { seconds: result.seconds, imagesPerSecond: result.imagesPerSecond }),
    ...(some('accuracy') && { accuracy: result.accuracy }),
    ...(some('deviation') && { deviation: result.deviation }),
  }));
  const count = (value: number): string => value.toLocaleString('en-US');
  return table(rows, {
    // What all of them have in common is said once.
    caption: [
      datasets ? `Networks on ${datasets}` : 'Networks',
      ...(differs('recipe') ? [] : valuesOf('recipe').slice(0, 1)),
    ].join(' · '),
    labels: {
      learningRate: 'learning rate',
      depth: 'weighted layers',
      receptiveField: 'receptive field',
      multiplyAdds: 'multiply-adds',
      seconds: 'training',
      imagesPerSecond: 'images/s',
      accuracy: 'test accuracy',
    },
    format: {
      learningRate: String,
      parameters: count,
      multiplyAdds: count,
      seconds: duration,
      imagesPerSecond: (value) => count(Math.round(value)),
      accuracy: percent,
      deviation: percent,
    },
  });
}

/**
 * What networks cost, as dots on a logarithmic axis, since costs differ by powers of ten. No bars: their length would mean
 * nothing where no axis has a zero.
 */
export function costDots(results: readonly NetworkResult[], cost: Cost): Figure {
  const { title, format, tickformat } = costs[cost];
  const known = results.filter((result) => result[cost] !== undefined);
  const looks = appearancesOf(known.map(({ network }) => network));
  const dots = known.map(({ network, [cost]: value = 0 }): DotTrace => {
    const { colour, symbol } = looks.get(network)!;
    return {
      ...{ type: 'scatter', mode: 'markers', name: network },
      ...{ x: [`${network}: ${format(value)}`], y: [value] },
      marker: { color: colour, symbol, size: 12 },
      showlegend: false,
      hovertemplate: `${network}: %{y:,} ${title}<extra></extra>`,
    };
  });
  return {
    data: dots,
    layout: layout({
      title: { text: `${title[0].toUpperCase()}${title.slice(1)}`, subtitle: { text: 'logarithmic axis' } },
      height: 360,
      xaxis: { title: { text: 'network' }, type: 'category', showgrid: false },
      yaxis: { title: { text: title }, type: 'log', tickformat, dtick: logTicks(dots.flatMap(({ y }) => y)) },
    }),
  };
}

/** The data of a point of {@link accuracyAgainstCost}. */
export interface CostPoint extends Pick<NetworkResult, 'network' | 'dataset' | 'accuracy' | Cost> {
  /** Standard deviation of the accuracy over seeds; NaN or missing for a single seed. */
  readonly deviation?: number;
}

export interface CostOptions {
  /** How each network looks. Defaults to `appearancesOf` of these networks. */
  readonly looks?: ReadonlyMap<string, Appearance>;
}

/**
 * Accuracy against cost: a point for each network that has both, with its standard deviation over seeds. Further up is
 * more accurate, further left is cheaper.
 */
export function accuracyAgainstCost(
  results: readonly CostPoint[],
  cost: Cost,
  options: CostOptions = {},
): Figure {
  const { title, tickformat } = costs[cost];
  const known = results.filter((result) => result.accuracy !== undefined && result[cost] !== undefined);
  const { looks = appearancesOf(known.map(({ network }) => network)) } = options;
  const repeated = known.some(({ deviation = NaN }) => Number.isFinite(deviation));
  const places = placesOf(known, cost);
  const points = known.map((result, i): PointTrace => {
    const { colour, symbol } = looks.get(result.network)!;
    const { deviation = NaN } = result;
    const spread = Number.isFinite(deviation) ? ` ± ${(deviation * 100).toFixed(1)}` : '';
    return {
      type: 'scatter',
      mode: 'markers+text',
      name: result.network,
      x: [result[cost]!],
      y: [result.accuracy!],
      text: [result.network],
      textposition: places[i],
      cliponaxis: false,
      marker: { color: colour, symbol, size: 12 },
      ...(Number.isFinite(deviation) && {
        error_y: { type: 'data', array: [deviation], color: colour, thickness: 1.5 },
      }),
      showlegend: false,
      hovertemplate: `${result.network}<br>%{x:,} ${title}<br>accuracy %{y:.1%}${spread}<extra></extra>`,
    };
  });
  return {
    data: points,
    layout: layout({
      title: {
        text: `Accuracy against ${title}, on ${datasetsOf(known)}`,
        subtitle: {
          text: `logarithmic axis for the cost${repeated ? '; lines up and down: standard deviation over seeds' : ''}`,
        },
      },
      height: 420,
      xaxis: {
        title: { text: title },
        type: 'log',
        tickformat,
        dtick: logTicks(known.map((result) => result[cost]!)),
        range: withRoom(known.map((result) => Math.log10(result[cost]!))),
      },
      yaxis: { title: { text: 'test accuracy' }, tickformat: '.1~%' },
    }),
  };
}

/** A range that includes the values, with room for the names of the outermost points. */
function withRoom(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = high > low ? 0.15 * (high - low) : 0.5;
  return [low - room, high + room];
}

/** Positions for the names of the points, on a panel that spans the points and their error bars. */
function placesOf(points: readonly CostPoint[], cost: Cost): PointTrace['textposition'][] {
  const [left, right] = withRoom(points.map((point) => Math.log10(point[cost]!)));
  const reach = points.map(({ deviation = NaN }) => (Number.isFinite(deviation) ? deviation : 0));
  const low = Math.min(...points.map(({ accuracy }, i) => accuracy! - reach[i]));
  const height = Math.max(...points.map(({ accuracy }, i) => accuracy! + reach[i])) - low || 1;
  return namePlaces(
    points.map((point, i) => ({
      name: point.network,
      x: (Math.log10(point[cost]!) - left) / (right - left),
      y: (point.accuracy! - low) / height,
      reach: reach[i] / height,
    })),
  );
}

/** Recall of each class, for one network or for several side by side. */
export function classBars(
  evaluations: Evaluation | readonly Evaluation[],
  measure: 'recall' | 'precision' | 'f1' = 'recall',
): Figure {
  const all: readonly Evaluation[] = 'classes' in evaluations ? [evaluations] : evaluations;
  const looks = appearancesOf(all.map(({ network }) => network));
  const of = all.length === 1 ? `${all[0].network} ` : '';
  const datasets = [...new Set(all.map(({ dataset }) => dataset))].join(', ');
  return {
    data: all.map(({ network, classes }): BarTrace => {
      // A class that was never predicted has no precision, so it gets no bar.
      const told = classes.filter((report) => Number.isFinite(report[measure]));
      return {
        type: 'bar',
        name: network,
        x: told.map(({ name }) => name),
        y: told.map((report) => report[measure]),
        marker: { color: looks.get(network)!.colour },
        showlegend: all.length > 1,
        hovertemplate: `${network}, %{x}: ${measure} %{y:.1%}<extra></extra>`,
      };
    }),
    layout: layout({
      // Several names go into the legend.
      title: { text: `${measure[0].toUpperCase()}${measure.slice(1)} by class, ${of}on ${datasets}` },
      height: 400,
      xaxis: { title: { text: 'class' }, showgrid: false },
      yaxis: { title: { text: measure }, tickformat: '.1~%' },
    }),
  };
}

function datasetsOf(results: readonly Pick<NetworkResult, 'dataset'>[]): string {
  return [...new Set(results.flatMap(({ dataset }) => dataset ?? []))].join(', ');
}
