/**
 * The graph that trains a model: its weights, the optimizer's slots and the images as variables, and one signature
 * for each thing that can be done with them.
 */
import { offerBatchStatistics, type BatchStatistic } from './batch-statistics';
import { offerLayerCheck, offerWeightCheck, type Checked } from './finite-checks';
import { Graph } from './graph';
import { offerMeasuring } from './measuring';
import { atSide, signature } from './signatures';
import { SlotStores } from './slot-stores';
import { backwardPass, forwardPass, stepInputs, type Learned } from './step';
import { offerImages, offerStores } from './stored-state';
import type { TrainingGraphOptions } from './training-options';
import { offerTraining, stepState } from './training-step';
import { treatments } from './treatments';
import type { Update } from './update';
import { Weights, type ModelWeight } from './weights';

/** One slot of the optimizer: named `layer/weight/slot`. */
export interface Slot {
  readonly name: string;
  readonly shape: readonly number[];
  /** A number, or the weight whose value it is. */
  readonly initial: number | ModelWeight;
}

/** What the rest of the graph needs to know of a step. */
interface Step {
  readonly learned: readonly Learned[];
  readonly averages: Update['averages'];
  /** The names of the layers, in the order of their check. */
  readonly layers: readonly string[];
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
    const { model, optimizer, sides = [] } = options;
    const weights = new Weights(graph, model, treatments(model, optimizer));
    const data = offerImages(graph, options);
    const inputs = stepInputs(graph);
    const slots = new SlotStores();
    const state = stepState(graph, slots, options);
    const stepAt = (side: number | null): Step => {
      const forward = forwardPass(graph, weights, data, inputs, options, side);
      const learned = backwardPass(graph, weights, forward, inputs, side);
      const averages = offerTraining(graph, weights, forward, inputs, learned, state, options, side);
      return { learned, averages, layers: offerLayerCheck(graph, forward.lowered, inputs, side) };
    };
    const { learned, averages, layers } = stepAt(null);
    for (const side of sides) graph.within(atSide('step', side), () => stepAt(side));
    this.checked = { layers, weights: offerWeightCheck(graph, weights) };
    offerMeasuring(graph, weights.reading(averages), data, options);
    this.statistics = options.statistics ? offerBatchStatistics(graph, weights, data, options, averages) : [];
    const stores = {
      weights: weights.stores.map(({ store }) => store),
      slots: slots.all.map(({ store }) => store),
    };
    offerStores(graph, signature.writeWeights, signature.readWeights, stores.weights);
    if (slots.all.length > 0) offerStores(graph, signature.writeSlots, signature.readSlots, stores.slots);

    this.weights = weights;
    this.learned = learned.flatMap((each) => each.weights.map(({ name }) => name));
    this.slots = slots.all.flatMap(({ store, initial }) =>
      store.parts.map((part, i) => ({
        ...part,
        initial: typeof initial === 'number' ? initial : initial[i],
      })),
    );
  }
}
