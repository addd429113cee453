/** A training graph at work: weights in, steps, totals, weights out. */
import { modelInputs } from '../models/model-inputs';
import type { NamedArrays } from '../models/weights/named';
import { tf } from '../runtime/tensorflow';
import { usesGpu } from '../runtime/versions';
import type { BatchStatistic, Population } from './batch-statistics';
import { arraysOf, type Examples } from './examples';
import { expectExactSums } from './exact-sums';
import { packedSize, packImages } from './input';
import { measuredIndex } from './measuring';
import type { Measurement, Totals } from './results';
import { Session } from './session';
import type { SessionOptions } from './session-options';
import { atSide, signature } from './signatures';
import { namedArray, SlotValues } from './slot-values';
import { TrainingGraph } from './training-graph';
import type { TrainingGraphOptions } from './training-options';
import { totalsIndex } from './training-step';
import type { Device } from './types';

export type TrainerOptions = Omit<
  TrainingGraphOptions,
  'imageCount' | 'heldOutCount' | 'inputs' | 'weighted' | 'device'
> & {
  readonly examples: Examples;
  /** Images that are only measured, with the same arrays beside them as `examples`. */
  readonly heldOut?: Examples;
  /** The device whose form the graph takes; defaults to the one that TensorFlow runs on. */
  readonly device?: Device;
  /** How TensorFlow runs the graph; defaults to its own decisions. */
  readonly session?: SessionOptions;
};

export class Trainer {
  readonly #options: TrainerOptions;
  readonly #graph: TrainingGraph;
  readonly #session: Session;
  readonly #slots: SlotValues;
  /** The output of the last step: totals, and the bits of the first step that failed. */
  #totals: tf.Tensor | undefined;

  private constructor(options: TrainerOptions, graph: TrainingGraph, session: Session) {
    this.#options = options;
    this.#graph = graph;
    this.#session = session;
    this.#slots = new SlotValues(graph.slots, session);
  }

  /**
   * Compiles the step, and copies the model's weights and the images in.
   * @throws NotLowered if the model cannot be compiled
   * @throws UserError for bfloat16 on a CPU without oneDNN, and if the model's inputs are not those of the examples
   */
  static async compile(options: TrainerOptions): Promise<Trainer> {
    const { model, examples, heldOut, dtype, device = usesGpu() ? 'gpu' : 'cpu' } = options;
    if (dtype === 'bfloat16') expectExactSums();
    const graph = new TrainingGraph({
      ...options,
      imageCount: examples.count,
      heldOutCount: heldOut?.count,
      inputs: modelInputs(model, examples.inputs),
      weighted: examples.weights !== undefined,
      device,
    });
    const trainer = new Trainer(options, graph, await Session.load(graph.graph, options.session));
    try {
      trainer.readModel();
      trainer.#slots.reset();
      trainer.#writeImages();
      trainer.#session.execute(signature.clear);
      return trainer;
    } catch (error) {
      trainer.dispose();
      throw error;
    }
  }

  /** Trains on one batch. See `steps`. */
  step(indices: Int32Array, step: number, learningRate: number): void {
    this.steps(indices, step, [learningRate]);
  }

  /**
   * Trains on several batches of one size.
   * @param indices of the images: those of the first step, then those of the second, and so on
   * @param firstStep the number of the first step, counted from 0; decides random draws and Adam's bias correction
   * @param learningRates one for each step
   * @param side of the images, if they are made smaller: one of the options' `sides`; null for full size
   */
  steps(
    indices: Int32Array,
    firstStep: number,
    learningRates: readonly number[],
    side: number | null = null,
  ): void {
    const count = learningRates.length;
    const rates = new Int32Array(Float32Array.from(learningRates).buffer);
    const numbers = Int32Array.from({ length: count * 2 }, (_, i) =>
      i % 2 === 0 ? firstStep + i / 2 : rates[(i - 1) / 2],
    );
    const feeds = [
      tf.tensor2d(indices, [count, indices.length / count], 'int32'),
      tf.tensor2d(numbers, [count, 2], 'int32'),
    ];
    const [totals] = this.#session.run(atSide(signature.train, side), feeds);
    this.#forgetTotals();
    this.#totals = totals;
    tf.dispose(feeds);
  }

  /** The totals of the steps since the last call. */
  totals(): Totals {
    if (!this.#totals) {
      return { images: 0, loss: 0, penalty: 0, first: 0, topFive: 0, metrics: {}, failedStep: null };
    }
    const all = this.#totals.dataSync<'float32'>();
    const values = new Float64Array(all.slice(0, -1).buffer);
    const [failedStep] = new Int32Array(all.slice(-1).buffer);
    this.#forgetTotals();
    this.#session.execute(signature.clear);
    return {
      images: values[totalsIndex.images],
      loss: values[totalsIndex.loss],
      penalty: values[totalsIndex.penalty],
      first: values[totalsIndex.first],
      topFive: values[totalsIndex.topFive],
      metrics: this.#byMetric(values.subarray(totalsIndex.metrics)),
      failedStep: failedStep < 0 ? null : failedStep,
    };
  }

  /**
   * Where, for the batch of a failed step, values first stop being finite.
   * @param side that its images had
   * @returns a sentence
   */
  diagnose(indices: Int32Array, step: number, side: number | null = null): string {
    const feeds = [tf.tensor1d(indices, 'int32'), tf.scalar(step, 'int32')];
    const { layers } = this.#graph.checked;
    const layer = this.#firstNonFinite(atSide(signature.checkLayers, side), feeds, layers);
    tf.dispose(feeds);
    const weights = this.nonFiniteWeights();
    if (weights !== null) return weights;
    if (layer !== undefined) return `The layer "${layer}" was the first whose output was not finite.`;
    return 'Every layer still gives finite numbers; the loss made of them is none.';
  }

  /**
   * Asks every weight; a ReLU turns NaN into 0, so that broken weights need not show in the loss.
   * @returns a sentence about the first that is not finite, or null if all are
   */
  nonFiniteWeights(): string | null {
    const weight = this.#firstNonFinite(signature.checkWeights, [], this.#graph.checked.weights);
    return weight === undefined ? null : `The weights "${weight}" are no longer finite.`;
  }

  #firstNonFinite(name: string, feeds: readonly tf.Tensor[], names: readonly string[]): string | undefined {
    const [finite] = this.#session.run(name, feeds);
    const at = finite.dataSync().indexOf(0);
    finite.dispose();
    return at < 0 ? undefined : names[at];
  }

  /** The loss of one batch, and its gradient by weight, as `step` would use them; nothing is changed. */
  gradients(
    indices: Int32Array,
    step: number,
    side: number | null = null,
  ): { loss: number; gradients: NamedArrays } {
    const feeds = [tf.tensor1d(indices, 'int32'), tf.scalar(step, 'int32'), tf.scalar(0)];
    const [loss, ...found] = this.#session.run(atSide(signature.gradients, side), feeds);
    const gradients = new Map(this.#graph.learned.map((name, i) => [name, namedArray(found[i])]));
    const result = { loss: loss.dataSync()[0], gradients };
    tf.dispose([...feeds, loss, ...found]);
    return result;
  }

  /**
   * Loss and predictions in inference mode; of the averages of the weights, if the optimizer keeps any.
   * @param indices of images: those of `examples`, counted on with those of `heldOut`
   */
  measure(indices: Int32Array): Measurement {
    const feed = tf.tensor1d(indices, 'int32');
    const [result] = this.#session.run(signature.measure, [feed]);
    const values = result.dataSync<'float32'>();
    tf.dispose([feed, result]);
    const column = (i: number): Float32Array => values.slice(i * indices.length, (i + 1) * indices.length);
    const metrics = this.#options.metrics?.map((_, i) => column(measuredIndex.metrics + i)) ?? [];
    return {
      classes: new Int32Array(column(measuredIndex.classes).buffer),
      confidences: column(measuredIndex.confidences),
      losses: column(measuredIndex.losses),
      topFive: column(measuredIndex.topFive),
      metrics: this.#byMetric(metrics),
      penalty: values[values.length - 1],
    };
  }

  /** What `batchStatistics` gives. */
  get statistics(): readonly BatchStatistic[] {
    return this.#graph.statistics;
  }

  /** What batch normalisation finds in a batch of training images, without augmentation and dropout. */
  batchStatistics(indices: Int32Array): Float32Array[] {
    if (this.statistics.length === 0) return [];
    const feed = tf.tensor1d(indices, 'int32');
    const found = this.#session.run(signature.statistics, [feed]);
    const values = found.map((tensor) => tensor.dataSync() as Float32Array);
    tf.dispose([feed, ...found]);
    return values;
  }

  /** Gives the weights that hold statistics those of a population, in the graph and in the model. */
  setStatistics(population: Population): void {
    tf.tidy(() => {
      for (const [weight, values] of population.values())
        weight.write(tf.tensor(values, weight.shape as number[]));
    });
    this.readModel();
  }

  /** Copies the model's weights into the graph; averages of them stay as they are. */
  readModel(): void {
    this.#session.execute(
      signature.writeWeights,
      this.#graph.weights.all.map(({ weight }) => weight.read()),
    );
  }

  /** Copies the graph's weights into the model: the trained ones, not their averages. */
  writeModel(): void {
    const values = this.#session.run(signature.readWeights);
    this.#graph.weights.all.forEach(({ weight }, i) => weight.write(values[i]));
    tf.dispose(values);
  }

  /** The optimizer's state, by `layer/weight/slot`. */
  slots(): NamedArrays {
    return this.#slots.get();
  }

  /** @throws UserError unless names and shapes are those that `slots` gives; nothing is changed then */
  setSlots(arrays: NamedArrays): void {
    this.#slots.set(arrays);
  }

  /** Frees the session with its variables; the model stays as it is. */
  dispose(): void {
    this.#forgetTotals();
    this.#session.dispose();
  }

  #byMetric<T>(values: ArrayLike<T>): Readonly<Record<string, T>> {
    const { metrics = [] } = this.#options;
    return Object.fromEntries(metrics.map(({ name }, i) => [name, values[i]]));
  }

  #forgetTotals(): void {
    if (this.#totals) tf.dispose(this.#totals);
    this.#totals = undefined;
  }

  #writeImages(): void {
    const { model, imageShape, examples, heldOut } = this.#options;
    const { weights } = examples;
    tf.tidy(() => {
      const sets = [examples, ...(heldOut?.count ? [heldOut] : [])].map((set) => {
        const { images, labels, count } = set;
        const packed = packImages(images, count, imageShape);
        return [
          tf.tensor2d(packed, [count, packedSize(imageShape)], 'int32'),
          tf.tensor1d(Int32Array.from(labels), 'int32'),
          ...arraysOf(model, set),
        ];
      });
      const feeds = [...sets.flat(), ...(weights ? [tf.tensor1d(weights)] : [])];
      this.#session.execute(signature.writeImages, feeds);
    });
  }
}
