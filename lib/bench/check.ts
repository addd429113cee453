import { description, expectOneNetwork, having, type Description } from './bench';
import { lineUp, type Wanted } from './line-up';

/** How a contender learnt one batch by heart. */
export interface Learnt {
  readonly contender: string;
  readonly network: string;
  readonly parameters: number | undefined;
  /** The first step's loss, and that after some steps on the same images; undefined if the contender tells no loss. */
  readonly losses: readonly [number, number] | undefined;
}

export interface CheckResult {
  readonly contenders: readonly Description[];
  readonly absences: readonly string[];
  readonly learnt: readonly Learnt[];
}

export interface CheckOptions extends Wanted {
  readonly networks: readonly string[];
  readonly onProgress?: (text: string) => void;
}

const batch = 32;
const steps = 40;

/**
 * Whether every contender trains: each one trains each network on one batch, again and again.
 * @throws UserError as `bench` does
 */
export async function check(options: CheckOptions): Promise<CheckResult> {
  const { participants, absences, end } = await lineUp(options);
  try {
    const learnt: Learnt[] = [];
    for (const network of options.networks) {
      options.onProgress?.(network);
      const prepared = [];
      for (const contender of having(network, participants)) {
        const answer = await contender.prepare({
          network,
          batch,
          precision: options.precision,
          images: batch,
        });
        await contender.train(steps);
        const { loss } = await contender.train(2);
        prepared.push({ contender, answer });
        learnt.push({
          contender: contender.info.name,
          network,
          parameters: answer.parameters,
          losses: answer.loss === undefined || loss === undefined ? undefined : [answer.loss, loss],
        });
      }
      expectOneNetwork(network, prepared);
    }
    return { contenders: participants.map(description), absences, learnt };
  } finally {
    end();
  }
}

/** Whether the loss fell, as far as it is known. */
export function hasLearnt({ losses }: Learnt): boolean {
  return losses === undefined || losses[1] < losses[0];
}
