/** A grid of runs on one command line: several networks, seeds, and values of settings, a run for each combination. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { gridPoints, readSettings } from '../../lib/notebooks/settings';
import { UserError } from '../../lib/runtime/errors';

/** The most runs of one command: a typing error such as --seeds 1-100000 must not fill the disk. */
const mostRuns = 10_000;

export const gridUsage = `A grid: a run for each combination, one after the other, or side by side on a cluster:
  NETWORK,NETWORK,...   several networks
  --seeds LIST          several seeds: 1-10, or 1,2,5-7
  --set NAME=A,B,...    a run for each value of an option named here, such as batchSize=32,128 or optimizer=adam,sgd;
                        several such settings give a run for each combination
  --part I              only run number I of the grid, counted from 1; --count prints how many there are`;

/** What makes a grid of a command line, as `parseArgs` takes it. */
export const gridOptions = {
  seeds: { type: 'string' },
  set: { type: 'string', multiple: true },
} as const satisfies ParseArgsConfig['options'];

/** Options of `npm run train`, as `parseArgs` takes them. */
type Options = NonNullable<ParseArgsConfig['options']>;

type Token =
  | { readonly kind: 'positional'; readonly value: string }
  | { readonly kind: 'option'; readonly name: string; readonly value?: string }
  | { readonly kind: 'option-terminator' };

/**
 * The command lines of single runs that one command line stands for: networks change slowest, seeds fastest.
 * @param options those of a single run
 * @param settable the names of those that `--set` may vary
 * @throws UserError for a setting that there is none of, or that is given twice
 */
export function expandGrid(
  args: readonly string[],
  options: Options,
  settable: readonly string[],
): readonly (readonly string[])[] {
  const parsed = parseArgs({
    ...{ args: [...args], options: { ...options, ...gridOptions } },
    ...{ allowPositionals: true, tokens: true },
  });
  // What names and values there are, only `options` knows.
  const tokens: readonly Token[] = parsed.tokens;
  const networks: string[] = [];
  const rest: string[] = [];
  const sets: string[] = [];
  const named = new Set<string>();
  let seeds: string | undefined;
  for (const token of tokens) {
    if (token.kind === 'positional') networks.push(...token.value.split(',').map((each) => each.trim()));
    if (token.kind !== 'option') continue;
    const { name, value } = token;
    if (name === 'seeds') seeds = value;
    else if (name === 'set') sets.push(value ?? '');
    else {
      named.add(name);
      // A value that begins with a hyphen has to be in one word with its name.
      if (value?.startsWith('-')) rest.push(`--${name}=${value}`);
      else rest.push(`--${name}`, ...(value === undefined ? [] : [value]));
    }
  }
  if (seeds !== undefined && named.has('seed'))
    throw new UserError('--seed and --seeds contradict each other.');
  const points = pointsOf(sets, { options, settable, named });
  const seedArguments = seeds === undefined ? [[]] : seedsOf(seeds).map((seed) => ['--seed', String(seed)]);
  const count = Math.max(1, networks.length) * points.length * seedArguments.length;
  if (count > mostRuns) throw new UserError(`That makes ${count} runs; at most ${mostRuns} in one command.`);
  const each = networks.length === 0 ? [[]] : networks.map((network) => [network]);
  return each.flatMap((network) =>
    points.flatMap((point) => seedArguments.map((seed) => [...network, ...rest, ...point, ...seed])),
  );
}

/** `1-3,7` → 1, 2, 3, 7 */
export function seedsOf(text: string): readonly number[] {
  const seeds = text.split(',').flatMap((part) => {
    const range = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part);
    const [from, to] = [Number(range?.[1]), Number(range?.at(2) ?? range?.[1])];
    if (!(to >= from) || to - from >= mostRuns) {
      throw new UserError(
        `--seeds is "${text}", but has to be whole numbers and ranges such as 1-10 or 1,2,5-7.`,
      );
    }
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
  const twice = seeds.find((seed, i) => seeds.indexOf(seed) !== i);
  if (twice !== undefined) throw new UserError(`--seeds ${text}: the seed ${twice} is there twice.`);
  return seeds;
}

interface Known {
  readonly options: Options;
  readonly settable: readonly string[];
  /** Options that have one value for all runs. */
  readonly named: ReadonlySet<string>;
}

/** For each point of the grid the options that are its own. */
function pointsOf(
  sets: readonly string[],
  { options, settable, named }: Known,
): readonly (readonly string[])[] {
  const values = [...readSettings(sets)].map(([name, texts]): [string, readonly string[]] => {
    const option = asOption(name);
    if (!settable.includes(option)) {
      const all = settable.map(asSetting).join(', ');
      throw new UserError(`--set ${name}: there is no such setting; there are ${all}.`);
    }
    if (named.has(option)) throw new UserError(`--${option} and --set ${name} contradict each other.`);
    return [option, texts.map((text) => text.replace(/^"(.*)"$/s, '$1'))];
  });
  return gridPoints(new Map(values)).map(({ parameters }) =>
    Object.entries(parameters).flatMap(([option, value]) => flag(option, value as string, options)),
  );
}

/** `--normalise` is there or not: as a setting it is true or false. */
function flag(option: string, value: string, options: Options): string[] {
  if (options[option].type === 'string') return [`--${option}`, value];
  if (value === 'true') return [`--${option}`];
  if (value === 'false') return `no-${option}` in options ? [`--no-${option}`] : [];
  throw new UserError(`--set ${asSetting(option)}=${value}: expected true or false.`);
}

/** batchSize → batch-size */
const asOption = (setting: string): string =>
  setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** batch-size → batchSize */
const asSetting = (option: string): string =>
  option.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
