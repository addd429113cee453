import { Random } from '../data/random';
import { takeSubset } from '../data/subset';
import { Augmenter } from '../graph';
import { keyed, type KeyedWeight } from '../models/weights/keys';
import type { NamedArray } from '../models/weights/named';
import type { StepsResult } from '../runs/state';
import { UserError } from '../runtime/errors';
import { tf } from '../runtime/tensorflow';
import type { Engine, EngineRun, Steps, TrainingJob } from './engine';
import { modelBatch } from '../evaluate/input-batch';
import { EndingLogits } from '../evaluate/ending-logits';
import { amongTopFive, isFirst, lossOf, penaltyOf } from '../evaluate/losses';
import { measure } from '../evaluate/measure';
import { leafLayers } from '../models/leaf-layers';
import { stream } from './order';
import { refuseWhatTfjsLacks, type TfjsOptimizer } from './tfjs-lacks';

/**
 * tfjs-layers' own `fitDataset`: supports every layer and model that tfjs does, and is as slow as one call for each
 * operation. The images stay bytes in memory; only the current batch becomes floats.
 *
 * The optimizers are tfjs's, which differ from Keras's in three ways: momentum accumulates gradients instead of
 * updates, which is the same while the learning rate is constant; Adam adds epsilon after the bias correction
 * instead of before it; Adadelta divides by the sum of squares of the previous step.
 */
export const tfjsEngine: Engine = { name: 'tfjs', start };

async function start(job: TrainingJob): Promise<EngineRun> {
  const { model } = job;
  refuseWhatTfjsLacks(job);
  const optimizer = optimizerOf(job.optimizer);
  const logits = new EndingLogits(model);
  const asKeras = new KerasBehaviour(model);
  // tfjs hands one-hot rows to losses that are functions; the metrics bear the functions' names.
  const loss = (targets: tf.Tensor, value: tf.Tensor): tf.Tensor =>
    lossOf(job.loss, { value, logits: logits.take() }, targets);
  const accuracy = (targets: tf.Tensor, value: tf.Tensor): tf.Tensor => isFirst(value, targets);
  const topFive = (targets: tf.Tensor, value: tf.Tensor): tf.Tensor => amongTopFive(value, targets);
  const penalty = (): tf.Tensor => penaltyOf(model);
  model.compile({ optimizer, loss, metrics: [accuracy, topFive, penalty] });
  const dropouts = new DropoutSeeds(model, job.seed);
  const input = await trainingInput(job);
  const trained = keyed(model, model.trainableWeights);

  return {
    async train(steps, onSteps) {
      let step = steps.firstStep;
      await model.fitDataset(
        tf.data.generator(() => batches(job, input, steps)),
        {
          epochs: 1,
          verbose: 0,
          callbacks: {
            onBatchBegin: () => {
              dropouts.set(step);
              setLearningRate(optimizer, steps.learningRate(step));
              return Promise.resolve();
            },
            onBatchEnd: async (_batch, logs) => {
              if (!(await onSteps(resultOf(logs, step++)))) model.stopTraining = true;
            },
          },
        },
      );
    },
    measure(set, indices, stopped) {
      return measure(model, set, indices, { ...job, metrics: [], batchSize: undefined, stopped });
    },
    async slots() {
      const [iterations, ...slots] = await optimizer.getWeights();
      const names = slotNames(trained, slots.length);
      const taken = new Map([
        ['iterations', namedArray(iterations.tensor)],
        ...[...powersOf(optimizer)].map(([name, power]) => [name, namedArray(power)] as const),
        ...slots.map(({ tensor }, i) => [names[i], namedArray(tensor)] as const),
      ]);
      // The slots are the optimizer's own; their number of steps is made for each call.
      iterations.tensor.dispose();
      return taken;
    },
    async setSlots(slots) {
      const powers = powersOf(optimizer);
      const names = ['iterations', ...slotNames(trained, slots.size - 1 - powers.size)];
      const checked = names.map((name, i) => {
        const array = slots.get(name);
        if (!array) throw new UserError(`The optimizer's slot "${name}" is missing.`);
        const shape = i === 0 ? [] : (trained[(i - 1) % trained.length].weight.shape as number[]);
        if (array.shape.join() !== shape.join()) {
          throw new UserError(
            `The optimizer's slot "${name}" has the shape [${array.shape.join(', ')}], not [${shape.join(', ')}].`,
          );
        }
        return { name, array };
      });
      const given = checked.map(({ name, array: { values, shape } }) => ({
        name,
        tensor: tf.tensor(values, [...shape]),
      }));
      await optimizer.setWeights(given);
      // The optimizer has variables of its own with these values.
      for (const { tensor } of given) tensor.dispose();
      tf.tidy(() => {
        for (const [name, power] of powers) {
          const saved = slots.get(name);
          if (!saved) throw new UserError(`The optimizer's slot "${name}" is missing.`);
          power.assign(tf.tensor(saved.values, [...saved.shape]));
        }
      });
    },
    readModel: () => undefined,
    dispose() {
      input.dispose();
      dropouts.restore();
      logits.restore();
      asKeras.restore();
      optimizer.dispose();
    },
  };
}

function optimizerOf(optimizer: TfjsOptimizer): tf.Optimizer {
  const { learningRate } = optimizer;
  switch (optimizer.kind) {
    case 'sgd': {
      const { momentum, nesterov } = optimizer;
      return momentum === 0
        ? tf.train.sgd(learningRate)
        : tf.train.momentum(learningRate, momentum, nesterov);
    }
    case 'adagrad':
      return tf.train.adagrad(learningRate, optimizer.initialAccumulator);
    case 'adadelta':
      return tf.train.adadelta(learningRate, optimizer.rho, optimizer.epsilon);
    case 'rmsprop':
      return tf.train.rmsprop(learningRate, optimizer.rho, optimizer.momentum, optimizer.epsilon);
    case 'adam':
      return tf.train.adam(learningRate, optimizer.beta1, optimizer.beta2, optimizer.epsilon);
  }
}

/**
 * Gradient descent keeps its rate in a tensor and has a setter for it; the others keep it in a field. `instanceof`
 * does not help: every optimizer of tfjs passes for an instance of every other's class.
 */
function setLearningRate(optimizer: tf.Optimizer, rate: number): void {
  const fields = optimizer as unknown as { learningRate: number; setLearningRate?(rate: number): void };
  if (fields.setLearningRate) fields.setLearningRate(rate);
  else fields.learningRate = rate;
}

/** Where the images of a step come from. */
interface TrainingInput {
  /** @returns a tensor for each of the model's inputs; the caller disposes of them */
  batch(indices: Uint32Array, step: number): tf.Tensor[];
  dispose(): void;
}

/** Augmentation is done by the graph's operations, so that both engines train on the same images. */
async function trainingInput(job: TrainingJob): Promise<TrainingInput> {
  const { model, images, augmentation } = job;
  if (augmentation.crop === 0 && !augmentation.flip && augmentation.cutout === 0) {
    return { batch: (indices) => modelBatch(model, images, indices, job), dispose: () => undefined };
  }
  const augmenter = await Augmenter.compile(job);
  return {
    batch: (indices, step) =>
      modelBatch(
        model,
        images,
        indices,
        job,
        augmenter.batch({ images: takeSubset(images, indices).images, indices }, step),
      ),
    dispose: () => {
      augmenter.dispose();
    },
  };
}

function* batches(
  { images, batchSize, model }: TrainingJob,
  input: TrainingInput,
  { order, firstStep }: Steps,
): Generator<{ xs: tf.Tensor[]; ys: tf.Tensor }> {
  const classes = model.outputs[0].shape[1] ?? 0;
  for (let from = 0, step = firstStep; from < order.length; from += batchSize, step++) {
    const indices = order.subarray(from, from + batchSize);
    const labels = Int32Array.from(indices, (index) => images.labels[index]);
    yield {
      xs: input.batch(indices, step),
      ys: tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), classes).cast('float32')),
    };
  }
}

type LogName = 'size' | 'loss' | 'penalty' | 'accuracy' | 'topFive';

function resultOf(logs: tf.Logs | undefined, step: number): StepsResult {
  const { size, loss, penalty, accuracy, topFive } = logs as Record<LogName, number>;
  const result = { steps: 1, images: size, loss, penalty, accuracy, top5: topFive };
  if (Number.isFinite(loss)) return result;
  const reason = 'The engine "tfjs" does not know in which layer it began; the engine "graph" does.';
  return { ...result, failure: { step, reason } };
}

/**
 * Adam's powers of its betas. tfjs leaves them out of the optimizer's weights and recomputes them from the number of
 * steps, which rounds differently from multiplying step by step: enough for a resumed run to end elsewhere.
 */
function powersOf(optimizer: tf.Optimizer): Map<string, tf.Variable> {
  const { accBeta1, accBeta2 } = optimizer as unknown as { accBeta1?: tf.Variable; accBeta2?: tf.Variable };
  return new Map(accBeta1 && accBeta2 ? Object.entries({ accBeta1, accBeta2 }) : []);
}

/** tfjs orders slots by kind, then by weight; `layer/weight/slot0` is of the first kind. */
function slotNames(trained: readonly KeyedWeight[], count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    return `${trained[i % trained.length].key}/slot${Math.floor(i / trained.length)}`;
  });
}

function namedArray(tensor: tf.Tensor): NamedArray {
  return { shape: tensor.shape, values: Float32Array.from(tensor.dataSync()) };
}

/**
 * Gives every dropout layer, those of nested models included, a new seed before each step. tfjs 4.22 draws a mask
 * from the layer's seed alone (`randomUniform(shape, 0, 1, dtype, seed)`): a fixed seed gives the same mask in
 * every step, and no seed gives masks that no other run repeats.
 */
class DropoutSeeds {
  readonly #layers: { seed?: number }[];
  readonly #before: (number | undefined)[];
  readonly #seed: number;

  constructor(model: tf.LayersModel, seed: number) {
    const layers = leafLayers(model).map(({ layer }) => layer);
    this.#layers = layers.filter((layer) => layer.getClassName().endsWith('Dropout')) as object[];
    this.#before = this.#layers.map((layer) => layer.seed);
    this.#seed = seed;
  }

  set(step: number): void {
    const random = new Random(this.#seed, stream.dropout, step);
    for (const layer of this.#layers) layer.seed = random.uint32();
  }

  restore(): void {
    this.#layers.forEach((layer, i) => (layer.seed = this.#before[i]));
  }
}

/**
 * What tfjs does otherwise than Keras, changed for as long as it trains a model: a frozen layer's batch normalisation
 * keeps to its moving statistics and leaves them alone, and a layer's penalty counts once however often it is used.
 */
class KerasBehaviour {
  readonly restore: () => void;

  constructor(model: tf.LayersModel) {
    const frozen = leafLayers(model).flatMap(({ layer, trainable }) =>
      !trainable && layer.getClassName() === 'BatchNormalization' ? [layer] : [],
    );
    for (const layer of frozen) {
      const inInference = layer.call.bind(layer);
      layer.call = (inputs, options) => inInference(inputs, { ...options, training: false });
    }
    model.calculateLosses = () => [penaltyOf(model)];
    this.restore = () => {
      // Uncovers the methods of their classes.
      for (const layer of frozen) delete (layer as Partial<typeof layer>).call;
      delete (model as Partial<typeof model>).calculateLosses;
    };
  }
}
