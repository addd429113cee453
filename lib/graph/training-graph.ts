/**
 * The graph that trains a model: its weights, the optimizer's slots and the images as variables, and one signature
 * for each thing that can be done with them.
 *
 * A step whose loss is not finite changes nothing, and neither does any step after it, until `clear` is run: the
 * weights that led there are still at hand to look at.
 */
import type { tf } from '../runtime/tensorflow';
import type { Augmentation } from '../recipe/augmentation';
import type { Normalisation } from '../recipe/normalisation';
import type { Loss } from '../recipe/losses';
import type { Optimizer } from '../recipe/optimizers';
import { gradients } from './gradients';
import { Graph, type Node, type Value } from './graph';
import { augmentImages, packedSize, scaleImages, unpackImages, type ImageShape } from './input';
import { lowerModel, type LoweredModel } from './lower-model';
import { countHits, lossOf, type Hits } from './losses';
import { clipByGlobalNorm, decay, decays, updateRule, type UpdateRule } from './optimizers';
import { softmax } from './ops/activation';
import { concat, elementCount, identity, pack, reshape } from './ops/array';
import { cast, scalar } from './ops/cast';
import { constant, placeholder } from './ops/constant';
import { merge, switchOn } from './ops/control';
import { add, greaterEqual, logicalAnd, mul, select } from './ops/math';
import { allFinite, argMax, inTopK, max, mean } from './ops/reduce';
import { Variable } from './ops/variable';
import type { DType } from './types';
import { movingAverages } from './moving-averages';
import { NotLowered } from './not-lowered';
import { Store } from './store';
import { Weights, type ModelWeight, type WeightReading, type WeightStore } from './weights';

export interface TrainingGraphOptions {
  readonly model: tf.LayersModel;
  readonly imageShape: ImageShape;
  /** How many images there are to train on. */
  readonly imageCount: number;
  readonly normalisation: Normalisation | null;
  readonly augmentation: Augmentation;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /** What layers compute in; weights are float32 either way. */
  readonly dtype: DType & ('float32' | 'bfloat16');
  readonly seed: number;
}

/** One slot of the optimizer: named `layer/weight/slot`. */
export interface Slot {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: number;
}

interface SlotStore {
  readonly store: Store;
  readonly initial: number;
}

/** What one signature takes and gives is said where it is added, below. */
export const signature = {
  writeWeights: 'write_weights',
  readWeights: 'read_weights',
  writeSlots: 'write_slots',
  readSlots: 'read_slots',
  writeImages: 'write_images',
  clear: 'clear',
  train: 'train',
  gradients: 'gradients',
  checkLayers: 'check_layers',
  checkWeights: 'check_weights',
  measure: 'measure',
} as const;

/** Positions in what `train` gives. */
export const totalsIndex = { loss: 0, first: 1, topFive: 2, images: 3, failedStep: 4 } as const;

export class TrainingGraph {
  readonly graph = new Graph();
  readonly weights: Weights;
  readonly slots: readonly Slot[];
  /** What the checks for finite values tell of, in their order. */
  readonly checked: { readonly layers: readonly string[]; readonly weights: readonly string[] };
  /** The weights that the loss depends on, in the order of their gradients. */
  readonly learned: readonly string[];
  readonly #options: TrainingGraphOptions;

  constructor(options: TrainingGraphOptions) {
    const { graph } = this;
    this.#options = options;
    this.weights = new Weights(graph, options.model, (weight) => kindOf(weight, options.optimizer));
    const reading = this.weights.reading();
    const data = this.#data();
    const step = new StepInputs(graph);
    const forward = this.#forward(data, step, reading);
    this.checked = this.#offerChecks(forward, step);
    const learned = this.#learn(forward, step);
    this.learned = learned.flatMap(({ weights }) => weights.map(({ name }) => name));
    const slots = this.#offerTraining(forward, step, learned);
    this.slots = slots.flatMap(({ store, initial }) => store.parts.map((part) => ({ ...part, initial })));
    this.#offerMeasuring();
    this.#offerState(slots.map(({ store }) => store));
  }

  /** float32 bits of the images [images, packed], int32 classes [images] → a scalar */
  #data(): Data {
    const { graph } = this;
    const { imageCount, imageShape } = this.#options;
    const [images, classes] = graph.within('data', () => [
      new Variable(graph, 'images', 'float32', [imageCount, packedSize(imageShape)]),
      new Variable(graph, 'classes', 'int32', [imageCount]),
    ]);
    graph.within(signature.writeImages, () => {
      const inputs = [images, classes].map(({ dtype, shape }) => placeholder(graph, 'value', dtype, shape));
      const done = [images.assign(inputs[0]), classes.assign(inputs[1])];
      graph.offer(signature.writeImages, { inputs, outputs: [this.#written(done)] });
    });
    return { images, classes };
  }

  #forward({ images, classes }: Data, { indices, step }: StepInputs, reading: WeightReading): Forward {
    const { graph } = this;
    const { model, imageShape, augmentation, normalisation, loss, dtype, seed } = this.#options;
    return graph.within('train', () => {
      const labels = classes.gather(indices);
      const inputs = graph.within('input', () => {
        const pixels = scaleImages(unpackImages(images.gather(indices), imageShape), normalisation);
        return augmentImages(pixels, augmentation, step, seed);
      });
      const random = { step, seed };
      const lowered = lowerModel(model, reading, [inputs], { training: true, dtype, random });
      return graph.within('loss', () => {
        const [output, ...others] = lowered.outputs;
        if (others.length > 0) {
          throw new NotLowered('The model', `it has ${others.length + 1} outputs, and the loss is of one`);
        }
        const perImage = mean(lossOf(loss, output, labels));
        const total = lowered.penalties.reduce(add, perImage);
        return { lowered, reading, loss: total, hits: countHits(output, labels) };
      });
    });
  }

  /** indices, step, learning rate → the loss, and the gradient of each weight that is trained */
  #learn({ reading, loss }: Forward, { indices, step, rate }: StepInputs): Learned[] {
    const { graph } = this;
    const trained = this.weights.stores.filter(({ kind }) => kind !== kinds.kept);
    const reads = trained.flatMap(({ weights }) => weights.map(({ weight }) => reading.of(weight)));
    const found = gradients(loss, reads);
    const learned = trained.map((each) => {
      const own = each.weights.map(({ name }) => {
        const gradient = found.shift();
        if (gradient) return gradient;
        throw new NotLowered(
          `The weight "${name}"`,
          'the loss does not depend on it, so it cannot be trained',
        );
      });
      return { ...each, gradients: own };
    });
    graph.offer(signature.gradients, {
      inputs: [indices, step, rate],
      outputs: [loss, ...learned.flatMap((each) => each.gradients)].map((value) => identity(value)),
    });
    return learned;
  }

  /** indices, step, learning rate → totals since `clear`, see `totalsIndex` */
  #offerTraining(
    { lowered, reading, loss, hits }: Forward,
    { indices, step, rate }: StepInputs,
    learned: readonly Learned[],
  ): SlotStore[] {
    const { graph } = this;
    const { optimizer } = this.#options;
    return graph.within('update', () => {
      const failedStep = new Variable(graph, 'failed_step', 'int32', []);
      const totals = new Variable(graph, 'totals', 'float32', [4]);
      this.#offerClear(totals, failedStep);

      const failed = failedStep.read();
      const fresh = greaterEqual(scalar(graph, -1, 'int32'), failed);
      const good = logicalAnd(allFinite(loss), fresh);
      const guarded = (value: Value): Value => switchOn(value, good).yes;

      const raw = learned.map(({ store, gradients }) => store.join(gradients));
      const { clipNorm } = optimizer;
      const clipped = clipNorm === null || raw.length === 0 ? raw : clipByGlobalNorm(raw, clipNorm);
      const rule = updateRule(optimizer, { learningRate: rate, step });
      const slots: SlotStore[] = [];
      const done = learned.map((each, i) => {
        const own = slotsOf(each.store, rule);
        slots.push(...own);
        return this.#update(each, guarded(clipped[i]), { rule, slots: own, rate, reading });
      });
      const count = elementCount(indices);
      for (const { store, next } of movingAverages(this.weights, reading, lowered.follows, count)) {
        done.push(store.variable.assign(guarded(next)));
      }
      done.push(totals.assignAdd(guarded(pack([mul(loss, count), hits.first, hits.topFive, count]))));

      const noFailure = constant(graph, { dtype: 'float32', shape: [1], values: [-1] });
      const went = concat([totals.read(done), noFailure], 0);
      const first = select(fresh, step, failed);
      const noted = failedStep.assign(switchOn(first, good).no);
      const stopped = concat(
        [totals.read([noted]), reshape(cast(failedStep.read([noted]), 'float32'), [1])],
        0,
      );
      graph.offer(signature.train, { inputs: [indices, step, rate], outputs: [merge(went, stopped)] });
      return slots;
    });
  }

  #update(each: Learned, gradient: Value, { rule, slots, rate, reading }: UpdateContext): Node {
    const { variable } = each.store;
    const { weightDecay } = this.#options.optimizer;
    // Decay comes first, as in Keras: it waits for the decision that there is a step, and the gradient for it.
    const ready =
      each.kind === kinds.decayed
        ? identity(gradient, 'decayed', [
            decay(variable, reading.whole(each), weightDecay, rate, [identity(gradient).node]),
          ])
        : gradient;
    return rule.update(
      variable,
      slots.map(({ store }) => store.variable),
      ready,
    );
  }

  /** → a scalar */
  #offerClear(totals: Variable, failedStep: Variable): void {
    const { graph } = this;
    const zeros = constant(graph, { dtype: 'float32', shape: [4], values: [0, 0, 0, 0] });
    const done = [totals.assign(zeros), failedStep.assign(scalar(graph, -1, 'int32'))];
    graph.offer(signature.clear, { inputs: [], outputs: [this.#written(done)] });
  }

  /** Whether all values are finite (0 or 1): of each layer's output for indices and step, of each weight as it is. */
  #offerChecks({ lowered }: Forward, { indices, step }: StepInputs): TrainingGraph['checked'] {
    const { graph } = this;
    const finite = (values: readonly Value[]): Value =>
      pack(values.map((value) => cast(allFinite(value), 'int32')));
    const layers = lowered.layerOutputs;
    const weights = this.weights.all;
    const reading = this.weights.reading();
    graph.within('check', () => {
      graph.offer(signature.checkLayers, {
        inputs: [indices, step],
        outputs: [finite(layers.map(({ output }) => output))],
      });
      graph.offer(signature.checkWeights, {
        inputs: [],
        outputs: [finite(weights.map(({ weight }) => reading.of(weight)))],
      });
    });
    return { layers: layers.map(({ layer }) => layer), weights: weights.map(({ name }) => name) };
  }

  /**
   * In inference mode. Packed images [n, packed], classes int32 [n] → for each image the most probable class
   * (int32), its probability, the loss and whether the class was among the first five (0 or 1); and the penalties
   * (scalar)
   */
  #offerMeasuring(): void {
    const { graph } = this;
    const { model, imageShape, normalisation, loss, dtype } = this.#options;
    graph.within('measure', () => {
      const images = placeholder(graph, 'images', 'float32', [null, packedSize(imageShape)]);
      const classes = placeholder(graph, 'classes', 'int32', [null]);
      const pixels = scaleImages(unpackImages(images, imageShape), normalisation);
      const lowered = lowerModel(model, this.weights.reading(), [pixels], { training: false, dtype });
      const [output] = lowered.outputs;
      const topFive = inTopK(output, classes, Math.min(5, output.shape[1] ?? 5));
      graph.offer(signature.measure, {
        inputs: [images, classes],
        outputs: [
          argMax(output),
          max(loss.kind === 'crossEntropy' && loss.fromLogits ? softmax(output) : output, [1]),
          lossOf(loss, output, classes),
          cast(topFive, 'float32'),
          lowered.penalties.reduce(add, scalar(graph, 0)),
        ],
      });
    });
  }

  #offerState(slots: readonly Store[]): void {
    const weights = this.weights.stores.map(({ store }) => store);
    this.#offerStoring(signature.writeWeights, signature.readWeights, weights);
    if (slots.length > 0) this.#offerStoring(signature.writeSlots, signature.readSlots, slots);
  }

  /** A value for each part of the stores → a scalar; and the other way round */
  #offerStoring(write: string, read: string, stores: readonly Store[]): void {
    const { graph } = this;
    graph.within(write, () => {
      const inputs = stores.map(({ parts }) =>
        parts.map(({ shape }) => placeholder(graph, 'value', 'float32', shape)),
      );
      const done = stores.map((store, i) => store.variable.assign(store.join(inputs[i])));
      graph.offer(write, { inputs: inputs.flat(), outputs: [this.#written(done)] });
    });
    graph.within(read, () => {
      const outputs = stores.flatMap((store) => store.split(store.variable.read()));
      graph.offer(read, { inputs: [], outputs: outputs.map((value) => identity(value)) });
    });
  }

  /** A scalar that is there when `done` is. */
  #written(done: readonly Node[]): Value {
    return identity(scalar(this.graph, 0), 'written', done);
  }
}

/** What is done to weights alike in a step. */
const kinds = { decayed: 'decayed', trained: 'trained', kept: 'kept' } as const;

function kindOf(weight: ModelWeight, optimizer: Optimizer): string {
  if (!weight.trainable) return kinds.kept;
  return decays(optimizer, weight.originalName) ? kinds.decayed : kinds.trained;
}

function slotsOf({ graph, name, parts }: Store, { slots }: UpdateRule): SlotStore[] {
  return Object.entries(slots).map(([slot, initial]) => {
    const named = parts.map((part) => ({ name: `${part.name}/${slot}`, shape: part.shape }));
    return { initial, store: new Store(graph, `${name}/${slot}`, named) };
  });
}

/** What every step is fed. */
class StepInputs {
  /** Of the step's images; int32 [n] */
  readonly indices: Value;
  /** int32 scalar */
  readonly step: Value;
  /** The learning rate; float32 scalar */
  readonly rate: Value;

  constructor(graph: Graph) {
    this.indices = placeholder(graph, 'indices', 'int32', [null]);
    this.step = placeholder(graph, 'step', 'int32', []);
    this.rate = placeholder(graph, 'learning_rate', 'float32', []);
  }
}

interface Data {
  readonly images: Variable;
  readonly classes: Variable;
}

/** Weights on their way through a step. */
interface Learned extends WeightStore {
  /** One for each weight. */
  readonly gradients: readonly Value[];
}

interface UpdateContext {
  readonly rule: UpdateRule;
  readonly slots: readonly SlotStore[];
  readonly rate: Value;
  readonly reading: WeightReading;
}

interface Forward {
  readonly lowered: LoweredModel;
  /** The weights as the step began with them. */
  readonly reading: WeightReading;
  /** float32 scalar, penalties included */
  readonly loss: Value;
  readonly hits: Hits;
}
