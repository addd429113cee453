/** A contender in Node, as a process: `worker.ts graph|tfjs`. See protocol.ts. */
import * as readline from 'node:readline';
import { Random } from '../data/random';
import type { ImageSet } from '../data/types';
import { networkNamed } from '../models';
import { adam, crossEntropy, noAugmentation } from '../recipe';
import { tf } from '../runtime/tensorflow';
import { graphEngine, tfjsEngine, type EngineRun } from '../train';
import {
  benchImages,
  type DescribeAnswer,
  type PrepareAnswer,
  type Question,
  type TrainAnswer,
} from './protocol';

const engines = { graph: graphEngine, tfjs: tfjsEngine };
const name = process.argv[2] as keyof typeof engines;

const imageShape = [32, 32, 3] as const;

function noise(): ImageSet {
  const random = new Random(1);
  return {
    images: Uint8Array.from({ length: benchImages * 32 * 32 * 3 }, () => random.below(256)),
    labels: Uint8Array.from({ length: benchImages }, () => random.below(10)),
    count: benchImages,
  };
}

/** The network under test. */
interface Bench {
  readonly model: tf.LayersModel;
  readonly run: EngineRun;
  readonly batch: number;
  step: number;
}

const images = noise();
let current: Bench | undefined;

async function prepare(network: string, batchSize: number): Promise<PrepareAnswer> {
  current?.run.dispose();
  current?.model.dispose();
  const start = performance.now();
  const model = networkNamed(network).build({ seed: 1 });
  const run = await engines[name].start({
    model,
    images,
    imageShape,
    batchSize,
    optimizer: adam(),
    loss: crossEntropy(),
    normalisation: null,
    augmentation: noAugmentation,
    precision: 'float32',
    seed: 1,
  });
  current = { model, run, batch: batchSize, step: 0 };
  await train(current, 1);
  const seconds = (performance.now() - start) / 1000;
  await train(current, 3);
  return { seconds };
}

async function train(bench: Bench, steps: number): Promise<TrainAnswer> {
  const { run, batch, step } = bench;
  const order = Uint32Array.from({ length: steps * batch }, (_, i) => (step * batch + i) % benchImages);
  const start = performance.now();
  await run.train({ order, firstStep: step, learningRate: () => 1e-3 }, ({ failure }) => {
    if (failure) throw new Error(failure.reason);
    return true;
  });
  bench.step += steps;
  return { images: order.length, seconds: (performance.now() - start) / 1000 };
}

function describe(): DescribeAnswer {
  const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
  return { description: `Node ${process.versions.node}, TensorFlow ${binding.TF_Version}` };
}

async function answer(question: Question): Promise<object> {
  if (question.ask === 'describe') return describe();
  if (question.ask === 'prepare') return prepare(question.network, question.batch);
  if (!current) throw new Error('There is nothing prepared to train.');
  return train(current, question.steps);
}

async function serve(): Promise<void> {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const reply = await answer(JSON.parse(line) as Question).catch((error: unknown) => ({
      error: String(error),
    }));
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}

void serve();
