/** A contender in Node, as a process: `worker.ts graph|tfjs`. See protocol.ts. */
import { Random } from '../data/random';
import type { ImageSet } from '../data/types';
import { networkNamed, summary } from '../models';
import { adam, crossEntropy, noAugmentation, type Precision } from '../recipe';
import { tf } from '../runtime/tensorflow';
import { graphEngine, tfjsEngine, type EngineRun } from '../train';
import {
  benchImages,
  type DescribeAnswer,
  type PrepareAnswer,
  type Question,
  type TrainAnswer,
} from './protocol';
import { serve } from './serve';

const engines = {
  graph: { engine: graphEngine, precisions: ['float32', 'mixed_bfloat16'] },
  tfjs: { engine: tfjsEngine, precisions: ['float32'] },
} as const;
const { engine, precisions } = engines[process.argv[2] as keyof typeof engines];

/** The part of tfjs-node's backend that says which TensorFlow runs, and on what device. */
interface NativeBackend {
  readonly binding: { readonly TF_Version: string };
  readonly isUsingGpuDevice: boolean;
}

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
  /** How many of the images it is trained on. */
  readonly count: number;
  step: number;
}

const images = noise();
let current: Bench | undefined;

async function prepare(
  network: string,
  batchSize: number,
  precision: Precision,
  count: number,
): Promise<PrepareAnswer> {
  current?.run.dispose();
  current?.model.dispose();
  const start = performance.now();
  const model = networkNamed(network).build({ seed: 1 });
  const run = await engine.start({
    model,
    images,
    imageShape,
    batchSize,
    optimizer: adam(),
    loss: crossEntropy(),
    normalisation: null,
    augmentation: noAugmentation,
    precision,
    seed: 1,
  });
  current = { model, run, batch: batchSize, count, step: 0 };
  const { loss } = await train(current, 1);
  const seconds = (performance.now() - start) / 1000;
  await train(current, 3);
  const { parameters, multiplyAdds } = summary(model);
  return { seconds, parameters, loss, multiplyAdds };
}

async function train(bench: Bench, steps: number): Promise<TrainAnswer> {
  const { run, batch, count, step } = bench;
  const order = Uint32Array.from({ length: steps * batch }, (_, i) => (step * batch + i) % count);
  let losses = 0;
  const start = performance.now();
  await run.train(
    { order, firstStep: step, learningRate: () => 1e-3 },
    ({ failure, loss, images: trained }) => {
      if (failure) throw new Error(failure.reason);
      losses += loss * trained;
      return true;
    },
  );
  const seconds = (performance.now() - start) / 1000;
  bench.step += steps;
  return { images: order.length, seconds, loss: losses / order.length };
}

function describe(): DescribeAnswer {
  const { binding, isUsingGpuDevice } = tf.backend() as unknown as NativeBackend;
  return {
    description: `Node ${process.versions.node}, TensorFlow ${binding.TF_Version}`,
    device: isUsingGpuDevice ? 'GPU' : 'CPU',
    precisions,
  };
}

async function answer(question: Question): Promise<object> {
  if (question.ask === 'describe') return describe();
  if (question.ask === 'prepare') {
    const { network, batch, precision = 'float32', images: count = benchImages } = question;
    return prepare(network, batch, precision, count);
  }
  if (!current) throw new Error('There is nothing prepared to train.');
  return train(current, question.steps);
}

void serve(answer);
