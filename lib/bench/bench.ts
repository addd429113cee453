import type { Precision } from '../recipe';
import { UserError } from '../runtime/errors';
import type { Contender } from './contender';
import { own } from './contenders';
import { lineUp, type Participant, type Wanted } from './line-up';
import type { PrepareAnswer } from './protocol';

export interface BenchOptions extends Wanted {
  readonly networks: readonly string[];
  readonly batches: readonly number[];
  /** How often to time each contender on each network, in turn with the others. */
  readonly rounds: number;
  /** Approximate length of one timing. */
  readonly seconds: number;
  readonly onProgress?: (text: string) => void;
}

/** One contender on one network. */
export interface Timing {
  /** The contender's name. */
  readonly contender: string;
  readonly network: string;
  readonly batch: number;
  /** Images a second, one number for each round. */
  readonly rates: readonly number[];
  /** Seconds from building the model to the end of the first step. */
  readonly prepareSeconds: number;
  /** For one image; only of this project's engine. */
  readonly multiplyAdds?: number;
}

/** What is known of a contender that took part. */
export interface Description {
  readonly name: string;
  readonly title: string;
  readonly what: string;
  /** Versions of the libraries that it uses. */
  readonly versions: string;
}

export interface BenchResult {
  readonly precision: Precision;
  readonly contenders: readonly Description[];
  /** Why others did not take part, a sentence each. */
  readonly absences: readonly string[];
  readonly timings: readonly Timing[];
}

/**
 * Times the contenders in turn on each network, so that a machine that slows down for a while slows all of them down.
 * Only one of them works at any time.
 * @throws UserError if a contender cannot take part that has to, or if two don't train the same network
 */
export async function bench(options: BenchOptions): Promise<BenchResult> {
  const { networks, batches, onProgress } = options;
  const { participants, absences, end } = await lineUp(options);
  try {
    const timings: Timing[] = [];
    for (const batch of batches) {
      for (const network of networks) {
        onProgress?.(`${network}, batch ${batch}`);
        timings.push(...(await compare(having(network, participants), network, batch, options)));
      }
    }
    return { precision: options.precision, contenders: participants.map(description), absences, timings };
  } finally {
    end();
  }
}

export function description({ contender, answer }: Participant): Description {
  const { name, title, what } = contender.info;
  return { name, title, what, versions: answer.description };
}

/** The contenders that have a network. */
export function having(network: string, participants: readonly Participant[]): Contender[] {
  return participants
    .filter(({ answer }) => answer.networks?.includes(network) ?? true)
    .map(({ contender }) => contender);
}

async function compare(
  contenders: readonly Contender[],
  network: string,
  batch: number,
  { precision, rounds, seconds }: BenchOptions,
): Promise<Timing[]> {
  const prepared = [];
  for (const contender of contenders) {
    const answer = await contender.prepare({ network, batch, precision });
    prepared.push({ contender, answer, steps: await stepsFor(contender, seconds), rates: [] as number[] });
  }
  expectOneNetwork(network, prepared);
  for (let round = 0; round < rounds; round++) {
    for (const each of inTurn(prepared, round)) {
      const answer = await each.contender.train(each.steps);
      each.rates.push(answer.images / answer.seconds);
    }
  }
  return prepared.map(({ contender, answer, rates }) => ({
    contender: contender.info.name,
    network,
    batch,
    rates,
    prepareSeconds: answer.seconds,
    ...(answer.multiplyAdds !== undefined && { multiplyAdds: answer.multiplyAdds }),
  }));
}

/**
 * The order of a round: each second round runs the one before backwards, then another contender begins. What comes before
 * a timing leaves its mark on the processor's clock and caches, so it should not always be the same.
 */
export function inTurn<T>(all: readonly T[], round: number): T[] {
  const start = Math.floor(round / 2) % all.length;
  const order = [...all.slice(start), ...all.slice(0, start)];
  return round % 2 === 0 ? order : order.reverse();
}

/**
 * Contenders that count a network's parameters have to agree.
 * @throws UserError if they don't
 */
export function expectOneNetwork(
  network: string,
  prepared: readonly { readonly contender: Contender; readonly answer: PrepareAnswer }[],
): void {
  const counted = prepared.filter(({ answer }) => answer.parameters !== undefined);
  if (new Set(counted.map(({ answer }) => answer.parameters)).size <= 1) return;
  const counts = counted.map(({ contender, answer }) => `${contender.info.name} ${answer.parameters}`);
  throw new UserError(
    `The contenders do not train the same ${network}: parameters are ${counts.join(', ')}. ` +
      `Mend the one that differs from ${own.name}.`,
  );
}

/** The number of steps that take about `seconds`. */
export async function stepsFor(contender: Contender, seconds: number): Promise<number> {
  let steps = 2;
  for (;;) {
    const answer = await contender.train(steps);
    const needed = Math.ceil((steps * seconds) / answer.seconds);
    if (answer.seconds > seconds / 4) return Math.max(2, needed);
    steps = Math.min(needed, steps * 10);
  }
}
