import { Contender, type ContenderName } from './contender';

export interface BenchOptions {
  readonly networks: readonly string[];
  readonly batches: readonly number[];
  readonly contenders: readonly ContenderName[];
  /** How often to time each contender on each network, in turn with the others. */
  readonly rounds: number;
  /** Approximate length of one timing. */
  readonly seconds: number;
  readonly onProgress?: (text: string) => void;
}

/** One contender on one network. */
export interface Timing {
  readonly contender: ContenderName;
  readonly network: string;
  readonly batch: number;
  /** Images a second, one number for each round. */
  readonly rates: readonly number[];
  /** Seconds from building the model to the end of the first step. */
  readonly prepareSeconds: number;
}

export interface BenchResult {
  readonly timings: readonly Timing[];
  /** Versions of the libraries that each contender uses. */
  readonly descriptions: Readonly<Partial<Record<ContenderName, string>>>;
}

/**
 * Times the contenders in turn on each network, so that a machine that slows down for a while slows all of them down.
 * Only one of them works at any time.
 * @throws UserError if a contender cannot take part
 */
export async function bench(options: BenchOptions): Promise<BenchResult> {
  const { networks, batches, rounds, seconds, onProgress } = options;
  const running = options.contenders.map((name) => new Contender(name));
  try {
    const descriptions: Partial<Record<ContenderName, string>> = {};
    for (const each of running) descriptions[each.name] = (await each.describe()).description;
    const timings: Timing[] = [];
    for (const batch of batches) {
      for (const network of networks) {
        onProgress?.(`${network}, batch ${batch}`);
        timings.push(...(await compare(running, network, batch, rounds, seconds)));
      }
    }
    return { timings, descriptions };
  } finally {
    for (const each of running) each.end();
  }
}

async function compare(
  running: readonly Contender[],
  network: string,
  batch: number,
  rounds: number,
  seconds: number,
): Promise<Timing[]> {
  const prepared = [];
  for (const contender of running) {
    const { seconds: prepareSeconds } = await contender.prepare(network, batch);
    prepared.push({
      contender,
      prepareSeconds,
      steps: await stepsFor(contender, seconds),
      rates: [] as number[],
    });
  }
  for (let round = 0; round < rounds; round++) {
    // Each round starts with another contender: after a moment without work the processor may be cooler.
    for (let i = 0; i < prepared.length; i++) {
      const { contender, steps, rates } = prepared[(i + round) % prepared.length];
      const answer = await contender.train(steps);
      rates.push(answer.images / answer.seconds);
    }
  }
  return prepared.map(({ contender, prepareSeconds, rates }) => ({
    contender: contender.name,
    network,
    batch,
    rates,
    prepareSeconds,
  }));
}

/** The number of steps that take about `seconds`. */
async function stepsFor(contender: Contender, seconds: number): Promise<number> {
  let steps = 2;
  for (;;) {
    const answer = await contender.train(steps);
    const needed = Math.ceil((steps * seconds) / answer.seconds);
    if (answer.seconds > seconds / 4) return Math.max(2, needed);
    steps = Math.min(needed, steps * 10);
  }
}
