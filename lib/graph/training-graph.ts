/**
 * The graph that trains a model: its weights, the optimizer's slots and the images as variables, and one signature
 * for each thing that can be done with them.
 */
import { offerBatchStatistics, type BatchStatistic } from './batch-statistics';
import { offerChecks, type Checked } from './finite-checks';
import { Graph } from './graph';
import { offerMeasuring } from './measuring';
import { signature } from './signatures';
import { backwardPass, forwardPass, stepInputs } from './step';
import { offerImages, offerStores } from './stored-state';
import type { TrainingGraphOptions } from './training-options';
import { offerTraining } from './training-step';
import { treatments } from './treatments';
import { Weights, type ModelWeight } from './weights';

/** One slot of the optimizer: named `layer/weight/slot`. */
export interface Slot {
  readonly name: string;
  readonly shape: readonly number[];
  /** A number, or the weight whose value it is. */
  readonly initial: number | ModelWeight;
}

export class TrainingGraph {
  readonly graph = new Graph();
  readonly weights: Weights;
  readonly slots: readonly Slot[];
  readonly checked: Checked;
  /** What `statistics` gives; empty unless the options ask for it. */
  readonly statistics: readonly BatchStatistic[];
  /** The weights that are trained, in the order of their gradients. */
  readonly learned: readonly string[];

  /** @throws NotLowered if the model or the loss cannot be compiled */
  constructor(options: TrainingGraphOptions) {
    const { graph } = this;
    const { model, optimizer } = options;
    const weights = new Weights(graph, model, treatments(model, optimizer));
    const data = offerImages(graph, options);
    const inputs = stepInputs(graph);
    const forward = forwardPass(graph, weights, data, inputs, options);
    const learned = backwardPass(graph, weights, forward, inputs);
    const { slots, averages } = offerTraining(graph, weights, forward, inputs, learned, options);
    this.checked = offerChecks(graph, forward.lowered, weights, inputs);
    offerMeasuring(graph, weights.reading(averages), data, options);
    this.statistics = options.statistics ? offerBatchStatistics(graph, weights, data, options, averages) : [];
    const stores = {
      weights: weights.stores.map(({ store }) => store),
      slots: slots.map(({ store }) => store),
    };
    offerStores(graph, signature.writeWeights, signature.readWeights, stores.weights);
    if (slots.length > 0) offerStores(graph, signature.writeSlots, signature.readSlots, stores.slots);

    this.weights = weights;
    this.learned = learned.flatMap((each) => each.weights.map(({ name }) => name));
    this.slots = slots.flatMap(({ store, initial }) =>
      store.parts.map((part, i) => ({
        ...part,
        initial: typeof initial === 'number' ? initial : initial[i],
      })),
    );
  }
}
