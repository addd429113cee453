import { batchTensor } from '../data/batch';
import { Random } from '../data/random';
import { tf } from '../runtime/tensorflow';
import type { BatchResult, Engine, EngineRun, TrainingJob } from './engine';
import { stream } from './order';

/**
 * tfjs-layers' own `fitDataset`: every layer and model that tfjs knows, at the speed of one call for each
 * operation. The images stay bytes in memory; only the batch at hand becomes floats.
 */
export const tfjsEngine: Engine = { name: 'tfjs', start };

function start(job: TrainingJob): EngineRun {
  const { model } = job;
  const { learningRate, beta1, beta2, epsilon } = job.optimizer;
  const optimizer = tf.train.adam(learningRate, beta1, beta2, epsilon);
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const dropouts = new DropoutSeeds(model, job.seed);

  return {
    async epoch(order, onBatch) {
      await model.fitDataset(
        tf.data.generator(() => batches(job, order)),
        {
          epochs: 1,
          verbose: 0,
          callbacks: {
            onBatchBegin: () => {
              dropouts.next();
              return Promise.resolve();
            },
            onBatchEnd: async (_batch, logs) => {
              if (!(await onBatch(batchResult(logs)))) model.stopTraining = true;
            },
          },
        },
      );
    },
    dispose() {
      dropouts.restore();
      optimizer.dispose();
    },
  };
}

function* batches(job: TrainingJob, order: Uint32Array): Generator<{ xs: tf.Tensor; ys: tf.Tensor }> {
  for (let from = 0; from < order.length; from += job.batchSize) {
    const indices = order.subarray(from, from + job.batchSize);
    yield {
      xs: batchTensor(job.images, indices, job.imageShape),
      // Floats: tfjs 4.22 rounds class numbers down before it uses them, and cannot do so to integers.
      ys: tf.tensor1d(Float32Array.from(indices, (index) => job.images.labels[index])),
    };
  }
}

function batchResult(logs: tf.Logs | undefined): BatchResult {
  // `acc` is what tfjs calls the metric "accuracy".
  const { size, loss, acc } = logs as { size: number; loss: number; acc: number };
  return { images: size, loss, accuracy: acc };
}

/**
 * Gives every dropout layer a new seed before each batch. tfjs 4.22 draws a mask from the layer's seed alone
 * (`randomUniform(shape, 0, 1, dtype, seed)`): a fixed seed means the same mask in every step, no seed one
 * that no run repeats.
 */
class DropoutSeeds {
  readonly #layers: { seed?: number }[];
  readonly #before: (number | undefined)[];
  readonly #random: Random;

  constructor(model: tf.LayersModel, seed: number) {
    this.#layers = model.layers.filter((layer) => layer.getClassName().endsWith('Dropout')) as object[];
    this.#before = this.#layers.map((layer) => layer.seed);
    this.#random = new Random(seed, stream.dropout);
  }

  next(): void {
    for (const layer of this.#layers) layer.seed = this.#random.uint32();
  }

  restore(): void {
    this.#layers.forEach((layer, i) => (layer.seed = this.#before[i]));
  }
}
