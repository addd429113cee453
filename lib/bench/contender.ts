import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import * as readline from 'node:readline';
import type { Precision } from '../recipe';
import { UserError } from '../runtime/errors';
import { projectRoot } from '../runtime/paths';
import type { DescribeAnswer, Failure, PrepareAnswer, Question, TrainAnswer } from './protocol';

export interface ContenderInfo {
  readonly name: string;
  /** Heading of its column. */
  readonly title: string;
  /** What it is, in a few words. */
  readonly what: string;
  readonly command: readonly string[];
  /** Whether it is no part of the project, and has to be installed with `npm run bench -- --install`. */
  readonly extra?: boolean;
  /** The folder it runs in; the project's if missing. */
  readonly folder?: string;
}

/** What to prepare: a network, and how to train it. */
export interface Subject {
  readonly network: string;
  readonly batch: number;
  readonly precision: Precision;
  /** How many images to train on; all if missing. */
  readonly images?: number;
}

/** A process that trains when asked to and otherwise waits. */
export class Contender {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  constructor(
    readonly info: ContenderInfo,
    env: NodeJS.ProcessEnv = {},
  ) {
    const [program, ...args] = info.command;
    this.#child = spawn(program, args, {
      cwd: info.folder ?? projectRoot,
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stderr.on('data', (text: Buffer) => (this.#errors += text.toString()));
    this.#child.on('error', (error) => (this.#errors += error.message));
    // If the process has ended, the end of its output answers the question.
    this.#child.stdin.on('error', () => undefined);
    this.#lines = readline.createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws UserError if the contender does not work here */
  describe(): Promise<DescribeAnswer> {
    return this.#ask({ ask: 'describe' });
  }

  prepare(subject: Subject): Promise<PrepareAnswer> {
    return this.#ask({ ask: 'prepare', ...subject });
  }

  train(steps: number): Promise<TrainAnswer> {
    return this.#ask({ ask: 'train', steps });
  }

  /** Ends the process. */
  end(): void {
    this.#child.kill();
  }

  async #ask<T extends object>(question: Question): Promise<T> {
    this.#child.stdin.write(`${JSON.stringify(question)}\n`);
    const line = await this.#lines.next();
    const reply: T | Failure = line.done
      ? { error: this.#errors.trim().split('\n').at(-1) || 'its process ended without a message' }
      : (JSON.parse(line.value) as T | Failure);
    if ('error' in reply) {
      throw new UserError(`The contender "${this.info.name}" failed: ${reply.error}`);
    }
    return reply;
  }
}
