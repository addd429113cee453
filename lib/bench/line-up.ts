import type { Precision } from '../recipe';
import { UserError } from '../runtime/errors';
import { Contender, type ContenderInfo } from './contender';
import { own } from './contenders';
import type { DescribeAnswer, Device } from './protocol';

/** A contender that takes part. */
export interface Participant {
  readonly contender: Contender;
  readonly answer: DescribeAnswer;
}

export interface LineUp {
  readonly participants: readonly Participant[];
  /** Why others don't take part, a sentence each. */
  readonly absences: readonly string[];
  /** Ends the processes. */
  readonly end: () => void;
}

export interface Wanted {
  readonly contenders: readonly ContenderInfo[];
  readonly precision: Precision;
  /** The contenders without which nothing is to be timed; others that do not work are left out. */
  readonly required: readonly ContenderInfo[];
}

/** Hides all cards from a process. */
export const onCpu = { CUDA_VISIBLE_DEVICES: '' } as const;

/**
 * Starts the contenders. This project's engine chooses the device: if it runs on the CPU, all others have to as well,
 * and one that can't follow it to a GPU, or lacks the precision, is left out.
 * @throws UserError if a contender does not work that is required; this project's engine always is
 */
export async function lineUp({ contenders, precision, required }: Wanted): Promise<LineUp> {
  const started: Contender[] = [];
  const end = (): void => {
    for (const each of started) each.end();
  };
  const start = (info: ContenderInfo, env?: NodeJS.ProcessEnv): Promise<DescribeAnswer | UserError> => {
    const contender = new Contender(info, env);
    started.push(contender);
    return described(contender, isOwn(info) || required.includes(info));
  };
  try {
    const first = contenders.filter(isOwn);
    const others = contenders.filter((info) => !isOwn(info));
    const answers = await Promise.all(first.map((info) => start(info)));
    const [device] = answers.map((answer) => (answer instanceof UserError ? undefined : answer.device));
    const env = device === 'CPU' ? onCpu : {};
    answers.push(...(await Promise.all(others.map((info) => start(info, env)))));

    const participants: Participant[] = [];
    const absences: string[] = [];
    for (const [i, contender] of started.entries()) {
      const answer = answers[i];
      const why =
        answer instanceof UserError ? whyBroken(contender.info, answer) : whyUnfit(answer, precision, device);
      if (why === undefined) {
        participants.push({ contender, answer: answer as DescribeAnswer });
      } else {
        absences.push(`${contender.info.title} is left out: ${why}`);
        contender.end();
      }
    }
    return { participants, absences, end };
  } catch (error) {
    end();
    throw error;
  }
}

const isOwn = ({ name }: ContenderInfo): boolean => name === own.name;

async function described(contender: Contender, required: boolean): Promise<DescribeAnswer | UserError> {
  try {
    return await contender.describe();
  } catch (error) {
    if (!required && error instanceof UserError) return error;
    throw error;
  }
}

function whyBroken({ extra }: ContenderInfo, { message }: UserError): string {
  return extra ? `${message}; to install it, run: npm run bench -- --install` : message;
}

function whyUnfit(
  answer: DescribeAnswer,
  precision: Precision,
  device: Device | undefined,
): string | undefined {
  const { precisions = ['float32'] } = answer;
  if (!precisions.includes(precision)) return `it does not train in ${precision} here.`;
  if (device !== undefined && answer.device !== undefined && answer.device !== device)
    return `it runs on the ${answer.device}, and ${own.title} on the ${device}.`;
  return undefined;
}
