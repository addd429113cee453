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
import { clipByGlobalNorm, decay, updateRule, type UpdateRule } from './optimizers';
import { softmax } from './ops/activation';
import { concat, elementCount, identity, pack, reshape } from './ops/array';
import { cast, scalar } from './ops/cast';
import { constant, placeholder } from './ops/constant';
import { merge, switchOn } from './ops/control';
import { add, greaterEqual, logicalAnd, mul, select } from './ops/math';
import { allFinite, argMax, inTopK, max, mean } from './ops/reduce';
import { Variable } from './ops/variable';
import type { DType } from './types';
import { Weights, type WeightVariable } from './weights';

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
export interface SlotVariable {
  readonly name: string;
  readonly variable: Variable;
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
  readonly slots: readonly SlotVariable[];
  /** What the checks for finite values tell of, in their order. */
  readonly checked: { readonly layers: readonly string[]; readonly weights: readonly string[] };
  /** The weights that the loss depends on, in the order of their gradients. */
  readonly learned: readonly string[];
  readonly #options: TrainingGraphOptions;

  constructor(options: TrainingGraphOptions) {
    const { graph } = this;
    this.#options = options;
    this.weights = new Weights(graph, options.model);
    const data = this.#data();
    const step = new StepInputs(graph);
    const forward = this.#forward(data, step);
    this.checked = this.#offerChecks(forward, step);
    const learned = this.#learn(forward, step);
    this.learned = learned.map(({ name }) => name);
    this.slots = this.#offerTraining(forward, step, learned);
    this.#offerMeasuring();
    this.#offerState();
  }

  /** float32 bits of the images [images, packed], int32 classes [images] → a scalar */
  #data(): Data {
    const { graph } = this;
    const { imageCount, imageShape } = this.#options;
    const [images, classes] = graph.within('data', () => [
      new Variable(graph, 'images', 'float32', [imageCount, packedSize(imageShape)]),
      new Variable(graph, 'classes', 'int32', [imageCount]),
    ]);
    this.#offerWrite(signature.writeImages, [images, classes]);
    return { images, classes };
  }

  #forward({ images, classes }: Data, { indices, step }: StepInputs): Forward {
    const { graph } = this;
    const { model, imageShape, augmentation, normalisation, loss, dtype, seed } = this.#options;
    return graph.within('train', () => {
      const labels = classes.gather(indices);
      const inputs = graph.within('input', () => {
        const pixels = scaleImages(unpackImages(images.gather(indices), imageShape), normalisation);
        return augmentImages(pixels, augmentation, step, seed);
      });
      const random = { step, seed };
      const lowered = lowerModel(model, this.weights, [inputs], { training: true, dtype, random });
      return graph.within('loss', () => {
        const [output] = lowered.outputs;
        const perImage = mean(lossOf(loss, output, labels));
        const total = lowered.penalties.reduce(add, perImage);
        return { lowered, loss: total, hits: countHits(output, labels) };
      });
    });
  }

  /** indices, step, learning rate → the loss, and the gradient of each weight that it depends on */
  #learn({ lowered, loss }: Forward, { indices, step, rate }: StepInputs): Learned[] {
    const { graph } = this;
    const trainable = this.weights.all.flatMap((each) => {
      const read = lowered.reads.get(each.weight);
      return read && each.weight.trainable ? [{ ...each, read }] : [];
    });
    const found = gradients(
      loss,
      trainable.map(({ read }) => read),
    );
    const learned = trainable.flatMap((each, i) => {
      const gradient = found[i];
      return gradient ? [{ ...each, gradient }] : [];
    });
    graph.offer(signature.gradients, {
      inputs: [indices, step, rate],
      outputs: [identity(loss), ...learned.map(({ gradient }) => identity(gradient))],
    });
    return learned;
  }

  /** indices, step, learning rate → totals since `clear`, see `totalsIndex` */
  #offerTraining(
    { lowered, loss, hits }: Forward,
    { indices, step, rate }: StepInputs,
    learned: readonly Learned[],
  ): SlotVariable[] {
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

      const raw = learned.map(({ gradient }) => gradient);
      const { clipNorm } = optimizer;
      const clipped = clipNorm === null || raw.length === 0 ? raw : clipByGlobalNorm(raw, clipNorm);
      const rule = updateRule(optimizer, { learningRate: rate, step });
      const slots: SlotVariable[] = [];
      const done = learned.map((each, i) => {
        const own = this.#slotsOf(each, rule);
        slots.push(...own);
        return this.#update({ ...each, gradient: guarded(clipped[i]) }, rule, own, rate);
      });
      for (const { variable, next } of lowered.updates) done.push(variable.assign(guarded(next)));
      const count = elementCount(indices);
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

  #slotsOf({ name, variable }: WeightVariable, { slots }: UpdateRule): SlotVariable[] {
    return Object.entries(slots).map(([slot, initial]) => {
      const full = `${name}/${slot}`;
      return { name: full, initial, variable: new Variable(this.graph, full, 'float32', variable.shape) };
    });
  }

  #update(
    { weight, variable, read, gradient }: Learned,
    rule: UpdateRule,
    slots: readonly SlotVariable[],
    learningRate: Value,
  ): Node {
    const { weightDecay, decayed } = this.#options.optimizer;
    const decays = weightDecay > 0 && (decayed === 'all' || weight.originalName.endsWith('kernel'));
    // Decay comes first, as in Keras: it waits for the decision that there is a step, and the gradient for it.
    const ready = decays
      ? identity(gradient, 'decayed', [
          decay(variable, read, weightDecay, learningRate, [identity(gradient).node]),
        ])
      : gradient;
    return rule.update(
      variable,
      slots.map((slot) => slot.variable),
      ready,
    );
  }

  /** → a scalar */
  #offerClear(totals: Variable, failedStep: Variable): void {
    const { graph } = this;
    const zeros = constant(graph, { dtype: 'float32', shape: [4], values: [0, 0, 0, 0] });
    const done = [totals.assign(zeros), failedStep.assign(scalar(graph, -1, 'int32'))];
    graph.offer(signature.clear, { inputs: [], outputs: [identity(scalar(graph, 0), 'cleared', done)] });
  }

  /** Whether all values are finite (0 or 1): of each layer's output for indices and step, of each weight as it is. */
  #offerChecks({ lowered }: Forward, { indices, step }: StepInputs): TrainingGraph['checked'] {
    const { graph } = this;
    const finite = (values: readonly Value[]): Value =>
      pack(values.map((value) => cast(allFinite(value), 'int32')));
    const layers = lowered.layerOutputs;
    const weights = this.weights.all;
    graph.within('check', () => {
      graph.offer(signature.checkLayers, {
        inputs: [indices, step],
        outputs: [finite(layers.map(({ output }) => output))],
      });
      graph.offer(signature.checkWeights, {
        inputs: [],
        outputs: [finite(weights.map(({ variable }) => variable.read()))],
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
      const lowered = lowerModel(model, this.weights, [pixels], { training: false, dtype });
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

  #offerState(): void {
    const weights = this.weights.all.map(({ variable }) => variable);
    this.#offerWrite(signature.writeWeights, weights);
    this.#offerRead(signature.readWeights, weights);
    const slots = this.slots.map(({ variable }) => variable);
    if (slots.length === 0) return;
    this.#offerWrite(signature.writeSlots, slots);
    this.#offerRead(signature.readSlots, slots);
  }

  /** A value for each variable → a scalar */
  #offerWrite(name: string, variables: readonly Variable[]): void {
    const { graph } = this;
    graph.within(name, () => {
      const values = variables.map(({ dtype, shape }) => placeholder(graph, 'value', dtype, shape));
      const done = variables.map((variable, i) => variable.assign(values[i]));
      graph.offer(name, { inputs: values, outputs: [identity(scalar(graph, 0), 'written', done)] });
    });
  }

  /** → the value of each variable */
  #offerRead(name: string, variables: readonly Variable[]): void {
    this.graph.within(name, () => {
      this.graph.offer(name, { inputs: [], outputs: variables.map((variable) => identity(variable.read())) });
    });
  }
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

/** A weight on its way through a step. */
interface Learned extends WeightVariable {
  /** As the step read it. */
  readonly read: Value;
  readonly gradient: Value;
}

interface Forward {
  readonly lowered: LoweredModel;
  /** float32 scalar, penalties included */
  readonly loss: Value;
  readonly hits: Hits;
}
