import { networkNamed } from '../models';
import { table, tableText } from '../show/table';
import type { BenchResult, Timing } from './bench';
import { contenders, type ContenderName } from './contender';

/**
 * How many times faster the graph engine is than another contender: the ratio of their medians for a network and batch.
 */
export interface Ratio {
  readonly over: ContenderName;
  readonly network: string;
  readonly batch: number;
  readonly ratio: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** The graph engine's ratio to every other contender. */
export function ratios({ timings }: BenchResult): Ratio[] {
  return timings.flatMap((other) => {
    const own = timings.find(
      ({ contender, network, batch }) =>
        contender === 'graph' && network === other.network && batch === other.batch,
    );
    if (!own || other.contender === 'graph') return [];
    const ratio = median(own.rates) / median(other.rates);
    return [{ over: other.contender, network: other.network, batch: other.batch, ratio }];
  });
}

/** The result as text: images a second, then ratios. */
export function benchText(result: BenchResult): string {
  const batches = [...new Set(result.timings.map(({ batch }) => batch))];
  const who = Object.entries(result.descriptions).map(([name, versions]) => {
    const { title, what } = contenders[name as ContenderName];
    return `${title}: ${what} (${versions})`;
  });
  return [...batches.map((batch) => tables(result, batch)), who.join('\n')].join('\n\n');
}

function tables(result: BenchResult, batch: number): string {
  const timings = result.timings.filter((timing) => timing.batch === batch);
  const names = [...new Set(timings.map(({ contender }) => contender))];
  const networks = [...new Set(timings.map(({ network }) => network))];
  const rates = networks.map((network) => ({
    network: networkNamed(network).title,
    ...Object.fromEntries(names.map((name) => [contenders[name].title, cell(timings, network, name)])),
  }));
  const compared = ratios(result).filter((each) => each.batch === batch);
  const others = names.filter((name) => name !== 'graph');
  const factors = [...networks, null].map((network) => ({
    'graph engine over': network === null ? 'geometric mean' : networkNamed(network).title,
    ...Object.fromEntries(
      others.map((name) => {
        const found = compared.filter(
          (each) => each.over === name && (network === null || each.network === network),
        );
        return [contenders[name].title, `${geometricMean(found.map(({ ratio }) => ratio)).toFixed(2)} ×`];
      }),
    ),
  }));
  const waits = networks.map((network) => ({
    network: networkNamed(network).title,
    ...Object.fromEntries(
      names.map((name) => {
        const timing = timings.find((each) => each.network === network && each.contender === name);
        return [contenders[name].title, timing?.prepareSeconds.toFixed(1) ?? ''];
      }),
    ),
  }));
  const caption = `Images a second in training, batch ${batch}: median (best)`;
  return [
    tableText(table(rates, { caption })),
    ...(others.length === 0 || !names.includes('graph') ? [] : [tableText(table(factors))]),
    tableText(table(waits, { caption: 'Seconds from the model to the end of its first step' })),
  ].join('\n\n');
}

function cell(timings: readonly Timing[], network: string, name: ContenderName): string {
  const timing = timings.find((each) => each.network === network && each.contender === name);
  if (!timing) return '';
  const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
  return `${whole(median(timing.rates))} (${whole(Math.max(...timing.rates))})`;
}
