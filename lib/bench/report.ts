import { networkNamed } from '../models';
import { table, tableText } from '../show/table';
import type { BenchResult, Description, Timing } from './bench';
import { hasLearnt, type CheckResult } from './check';
import { own } from './contenders';
import { geometricMean, median, quantile } from './statistics';

/**
 * How many times faster this project's engine is than another contender on a network and batch. The two are timed one
 * after the other in each round, so what the machine does in that round concerns both, and cancels out in the round's
 * ratio but not in a ratio of two medians.
 */
export interface Ratio {
  /** The other contender's name. */
  readonly over: string;
  readonly network: string;
  readonly batch: number;
  /** The median of the rounds' ratios. */
  readonly ratio: number;
  /** Their quartiles. */
  readonly quartiles: readonly [number, number];
}

/** This engine's ratio to every other contender. */
export function ratios({ timings }: Pick<BenchResult, 'timings'>): Ratio[] {
  return timings.flatMap((other) => {
    if (other.contender === own.name) return [];
    const ours = ownTiming(timings, other);
    if (!ours) return [];
    const rounds = ours.rates.map((rate, round) => rate / other.rates[round]);
    const { network, batch } = other;
    const quartiles = [quantile(rounds, 0.25), quantile(rounds, 0.75)] as const;
    return [{ over: other.contender, network, batch, ratio: median(rounds), quartiles }];
  });
}

function ownTiming(timings: readonly Timing[], at: { network: string; batch: number }): Timing | undefined {
  return timings.find(
    ({ contender, network, batch }) => contender === own.name && network === at.network && batch === at.batch,
  );
}

/** A network with fewer multiply-adds than this for an image is small: overheads count, not only matrix products. */
const small = 50e6;

const means = [
  { title: 'small', fits: (multiplyAdds: number) => multiplyAdds < small },
  { title: 'large', fits: (multiplyAdds: number) => multiplyAdds >= small },
  { title: 'all', fits: () => true },
];

/** Ratios over several networks. */
export interface MeanRatio {
  readonly over: string;
  readonly batch: number;
  readonly networks: 'small' | 'large' | 'all';
  readonly ratio: number;
}

/** The geometric mean of the ratios to each contender that was timed on all networks of a kind. */
export function meanRatios({ timings }: Pick<BenchResult, 'timings'>): MeanRatio[] {
  const compared = ratios({ timings });
  const batches = [...new Set(timings.map(({ batch }) => batch))];
  return batches.flatMap((batch) =>
    means.flatMap(({ title, fits }) => {
      const kind = timings.filter((each) => each.contender === own.name && each.batch === batch);
      const networks = kind.filter(({ multiplyAdds }) => fits(multiplyAdds ?? Infinity));
      if (networks.length < 2) return [];
      return [...new Set(compared.map(({ over }) => over))].flatMap((over) => {
        const found = compared.filter(
          (each) =>
            each.over === over &&
            each.batch === batch &&
            networks.some(({ network }) => network === each.network),
        );
        if (found.length < networks.length) return [];
        const ratio = geometricMean(found.map((each) => each.ratio));
        return [{ over, batch, networks: title as MeanRatio['networks'], ratio }];
      });
    }),
  );
}

/** The result as text: images a second, then ratios, then what took part. */
export function benchText(result: BenchResult): string {
  const batches = [...new Set(result.timings.map(({ batch }) => batch))];
  return [...batches.map((batch) => tables(result, batch)), who(result)].join('\n\n');
}

function who({ contenders, absences }: Pick<BenchResult, 'contenders' | 'absences'>): string {
  const described = contenders.map(({ title, what, versions }) => `${title}: ${what} (${versions})`);
  return [...described, ...absences].join('\n');
}

function tables(result: BenchResult, batch: number): string {
  const timings = result.timings.filter((timing) => timing.batch === batch);
  const contenders = result.contenders.filter(({ name }) => timings.some((each) => each.contender === name));
  const networks = [...new Set(timings.map(({ network }) => network))];
  const grid = (cell: (timing: Timing) => string) =>
    networks.map((network) => ({
      network: networkNamed(network).title,
      ...cells(contenders, (name) => {
        const timing = timings.find((each) => each.network === network && each.contender === name);
        return timing && cell(timing);
      }),
    }));
  const caption = `Images a second in training, batch ${batch}, ${result.precision}: median (best)`;
  return [
    tableText(table(grid(speed), { caption })),
    ...ratioTable(result, batch, networks),
    tableText(
      table(
        grid(({ prepareSeconds }) => prepareSeconds.toFixed(1)),
        { caption: 'Seconds from the model to the end of its first step' },
      ),
    ),
  ].join('\n\n');
}

function ratioTable(result: BenchResult, batch: number, networks: readonly string[]): string[] {
  const compared = ratios(result).filter((each) => each.batch === batch);
  const over = result.contenders.filter(({ name }) => compared.some((each) => each.over === name));
  if (over.length === 0) return [];
  const averages = meanRatios(result).filter((each) => each.batch === batch);
  const rows = [
    ...networks.map((network) => ({
      [`${own.title} over`]: networkNamed(network).title,
      ...cells(over, (name) => {
        const found = compared.find((each) => each.over === name && each.network === network);
        return found && `${factor(found.ratio)} (${found.quartiles.map(factor).join('–')})`;
      }),
    })),
    ...means
      .filter(({ title }) => averages.some((each) => each.networks === title))
      .map(({ title }) => ({
        [`${own.title} over`]: `geometric mean, ${title}`,
        ...cells(over, (name) => {
          const found = averages.find((each) => each.over === name && each.networks === title);
          return found && factor(found.ratio);
        }),
      })),
  ];
  const caption = 'Times faster: median of the rounds’ ratios (quartiles)';
  return [tableText(table(rows, { caption }))];
}

const factor = (value: number): string => value.toFixed(2);

function cells(
  contenders: readonly Description[],
  cell: (name: string) => string | undefined,
): Record<string, string> {
  return Object.fromEntries(contenders.map(({ name, title }) => [title, cell(name) ?? '']));
}

function speed({ rates }: Timing): string {
  const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
  return `${whole(median(rates))} (${whole(Math.max(...rates))})`;
}

/** The result of a check as text. */
export function checkText(result: CheckResult): string {
  const rows = result.learnt.map((each) => ({
    network: networkNamed(each.network).title,
    contender: result.contenders.find(({ name }) => name === each.contender)?.title ?? each.contender,
    parameters: each.parameters?.toLocaleString('en-US') ?? 'not told',
    loss: each.losses?.map((loss) => loss.toFixed(3)).join(' → ') ?? 'not told',
    learns: each.losses === undefined ? '' : hasLearnt(each) ? 'yes' : 'NO',
  }));
  const caption = 'Loss at the first step, and after 40 on the same images';
  return `${tableText(table(rows, { caption }))}\n\n${who(result)}`;
}
