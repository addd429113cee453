import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { UserError } from '../runtime/errors';
import { projectRoot, registerTs, venvDir } from '../runtime/paths';
import type { DescribeAnswer, Failure, PrepareAnswer, Question, TrainAnswer } from './protocol';

export type ContenderName = 'graph' | 'tfjs' | 'keras' | 'limit' | 'torch';

export interface ContenderInfo {
  /** Heading of its column. */
  readonly title: string;
  /** What it is, in a few words. */
  readonly what: string;
  readonly command: readonly string[];
}

const node = [process.execPath, '-r', registerTs, path.join(__dirname, 'worker.ts')];
const keras = [path.join(venvDir, 'bin', 'python'), path.join(projectRoot, 'scripts', 'keras', 'bench.py')];

export const contenders: Readonly<Record<ContenderName, ContenderInfo>> = {
  graph: {
    title: 'graph engine',
    what: 'this project: the step compiled from TypeScript',
    command: [...node, 'graph'],
  },
  tfjs: { title: 'tfjs fit', what: "TensorFlow.js's own fit", command: [...node, 'tfjs'] },
  keras: { title: 'Keras fit', what: "Keras's fit on TensorFlow", command: [...keras, 'keras'] },
  limit: {
    title: 'Python graph',
    what: "the same step written by TensorFlow's Python autodiff, run as a graph",
    command: [...keras, 'limit'],
  },
  torch: {
    title: 'PyTorch',
    what: 'PyTorch, eager, channels last, fused Adam; only if BENCH_TORCH_PYTHON names a Python with PyTorch',
    command: [
      process.env['BENCH_TORCH_PYTHON'] ?? path.join(venvDir, 'bin', 'python'),
      path.join(projectRoot, 'scripts', 'keras', 'bench_torch.py'),
    ],
  },
};

/** A process that trains when asked to and otherwise waits. */
export class Contender {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  constructor(readonly name: ContenderName) {
    const [program, ...args] = contenders[name].command;
    this.#child = spawn(program, args, { cwd: projectRoot, stdio: ['pipe', 'pipe', 'pipe'] });
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

  prepare(network: string, batch: number): Promise<PrepareAnswer> {
    return this.#ask({ ask: 'prepare', network, batch });
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
      throw new UserError(`The contender "${this.name}" failed: ${reply.error}`);
    }
    return reply;
  }
}
