/** One training step: forward through the model, back to the gradients, and on to new weights. */
import type { Optimizer } from '../recipe/optimizers';
import type { tf } from '../runtime/tensorflow';
import { gradients } from './gradients';
import type { Graph, Node, Value } from './graph';
import { trainingImages } from './input';
import { amongTopFive, isFirst, lossOf } from './losses';
import { lowerModel, type LoweredModel } from './lower-model';
import { movingAverages } from './moving-averages';
import { NotLowered } from './not-lowered';
import { clipByGlobalNorm, decay, decays, updateRule, type UpdateRule } from './optimizers';
import { elementCount, identity, pack } from './ops/array';
import { sum } from './ops/broadcast';
import { scalar } from './ops/cast';
import { constant, placeholder } from './ops/constant';
import { merge, switchOn } from './ops/control';
import { add, greaterEqual, logicalAnd, mul, select } from './ops/math';
import { allFinite, mean } from './ops/reduce';
import { Variable } from './ops/variable';
import { signature } from './signatures';
import { Store } from './store';
import { written, type TrainingData } from './stored-state';
import type { TrainingGraphOptions } from './training-options';
import type { ModelWeight, WeightReading, Weights, WeightStore } from './weights';

/** Positions in the totals that `train` returns. */
export const totalsIndex = { loss: 0, penalty: 1, first: 2, topFive: 3, images: 4 } as const;

/** The inputs of a step. */
export interface StepInputs {
  /** Indices of the step's images; int32 [n] */
  readonly indices: Value;
  /** int32 scalar */
  readonly step: Value;
  /** The learning rate; float32 scalar */
  readonly rate: Value;
}

export function stepInputs(graph: Graph): StepInputs {
  return {
    indices: placeholder(graph, 'indices', 'int32', [null]),
    step: placeholder(graph, 'step', 'int32', []),
    rate: placeholder(graph, 'learning_rate', 'float32', []),
  };
}

export interface Forward {
  readonly lowered: LoweredModel;
  /** The weights at the start of the step. */
  readonly reading: WeightReading;
  /** float32 scalar, penalties included */
  readonly loss: Value;
  /** float32 scalar: the penalties on weights, a part of `loss` */
  readonly penalty: Value;
  /** Number of images whose class is the most probable one, and among the five most probable; float32 scalars */
  readonly hits: { readonly first: Value; readonly topFive: Value };
}

/** Runs the model in training mode, on augmented images. */
export function forwardPass(
  graph: Graph,
  weights: Weights,
  { images, classes }: TrainingData,
  { indices, step }: StepInputs,
  options: TrainingGraphOptions,
): Forward {
  const { model, loss, dtype, device, seed } = options;
  return graph.within('train', () => {
    const labels = classes.gather(indices);
    const inputs = graph.within('input', () => trainingImages(images.gather(indices), options, step));
    const reading = weights.reading();
    const random = { step, seed };
    const lowered = lowerModel(model, reading, [inputs], { training: true, dtype, device, random });
    return graph.within('loss', () => {
      const [output, ...others] = lowered.outputs;
      if (others.length > 0) {
        throw new NotLowered('The model', `it has ${others.length + 1} outputs, and the loss is of one`);
      }
      const perImage = mean(lossOf(loss, output, labels));
      const { penalty } = lowered;
      const hits = { first: sum(isFirst(output, labels)), topFive: sum(amongTopFive(output, labels)) };
      return { lowered, reading, loss: add(perImage, penalty), penalty, hits };
    });
  });
}

/** The weights of a store with their gradients. */
export interface Learned extends WeightStore {
  /** One for each weight. */
  readonly gradients: readonly Value[];
}

/**
 * Offers `gradients`: indices, step, learning rate → the loss, and the gradient of each weight that is trained.
 * @throws NotLowered for a trained weight on which the loss does not depend
 */
export function backwardPass(
  graph: Graph,
  weights: Weights,
  { reading, loss }: Forward,
  { indices, step, rate }: StepInputs,
): Learned[] {
  const trained = weights.stores.filter(({ kind }) => kind !== kinds.kept);
  const reads = trained.flatMap((each) => each.weights.map(({ weight }) => reading.of(weight)));
  const found = gradients(loss, reads);
  const learned = trained.map((each) => {
    const own = each.weights.map(({ name }) => {
      const gradient = found.shift();
      if (gradient) return gradient;
      throw new NotLowered(`The weight "${name}"`, 'the loss does not depend on it, so it cannot be trained');
    });
    return { ...each, gradients: own };
  });
  graph.offer(signature.gradients, {
    inputs: [indices, step, rate],
    outputs: [loss, ...learned.flatMap((each) => each.gradients)].map((value) => identity(value)),
  });
  return learned;
}

/** One optimizer slot for a store of weights. */
export interface SlotStore {
  readonly store: Store;
  readonly initial: number;
}

/**
 * Offers `train`: indices, step, learning rate → totals since `clear` (see `totalsIndex`), float32 [5], and the first step
 * that failed, int32, -1 if none did; and `clear`: no inputs → a scalar.
 *
 * A step whose loss is not finite changes nothing, and neither does any step after it until `clear` is run, so that the
 * weights that caused the failure can still be inspected.
 */
export function offerTraining(
  graph: Graph,
  weights: Weights,
  { lowered, reading, loss, penalty, hits }: Forward,
  { indices, step, rate }: StepInputs,
  learned: readonly Learned[],
  optimizer: Optimizer,
): SlotStore[] {
  return graph.within('update', () => {
    const failedStep = new Variable(graph, 'failed_step', 'int32', []);
    const totals = new Variable(graph, 'totals', 'float32', [5]);
    offerClear(graph, totals, failedStep);

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
      return update(each, guarded(clipped[i]), { optimizer, rule, slots: own, rate, reading });
    });
    const count = elementCount(indices);
    for (const { store, next } of movingAverages(weights, reading, lowered.follows, count)) {
      done.push(store.variable.assign(guarded(next)));
    }
    const { first, topFive } = hits;
    const sums = pack([mul(loss, count), mul(penalty, count), first, topFive, count]);
    done.push(totals.assignAdd(guarded(sums)));

    const before = switchOn(failed, good);
    const noted = failedStep.assign(select(fresh, step, before.no));
    graph.offer(signature.train, {
      inputs: [indices, step, rate],
      outputs: [merge(totals.read(done), totals.read([noted])), merge(before.yes, failedStep.read([noted]))],
    });
    return slots;
  });
}

function offerClear(graph: Graph, totals: Variable, failedStep: Variable): void {
  const zeros = constant(graph, { dtype: 'float32', shape: [5], values: [0, 0, 0, 0, 0] });
  const done = [totals.assign(zeros), failedStep.assign(scalar(graph, -1, 'int32'))];
  graph.offer(signature.clear, { inputs: [], outputs: [written(graph, done)] });
}

interface UpdateContext {
  readonly optimizer: Optimizer;
  readonly rule: UpdateRule;
  readonly slots: readonly SlotStore[];
  readonly rate: Value;
  readonly reading: WeightReading;
}

function update(each: Learned, gradient: Value, context: UpdateContext): Node {
  const { optimizer, rule, slots, rate, reading } = context;
  const { variable } = each.store;
  // Decay comes first, as in Keras. It waits for the decision to take the step, and the gradient waits for it.
  const ready =
    each.kind === kinds.decayed
      ? identity(gradient, 'decayed', [
          decay(variable, reading.whole(each), optimizer.weightDecay, rate, [identity(gradient).node]),
        ])
      : gradient;
  return rule.update(
    variable,
    slots.map(({ store }) => store.variable),
    ready,
  );
}

function slotsOf({ graph, name, parts }: Store, { slots }: UpdateRule): SlotStore[] {
  return Object.entries(slots).map(([slot, initial]) => {
    const named = parts.map((part) => ({ name: `${part.name}/${slot}`, shape: part.shape }));
    return { initial, store: new Store(graph, `${name}/${slot}`, named) };
  });
}

/** How a step treats weights. */
const kinds = { decayed: 'decayed', trained: 'trained', kept: 'kept' } as const;

/** @returns a function that gives the kind of each of the model's weights */
export function kindsOf(model: tf.LayersModel, optimizer: Optimizer): (weight: ModelWeight) => string {
  const trained = new Set(model.trainableWeights.map(({ id }) => id));
  return ({ id, originalName }) => {
    if (!trained.has(id)) return kinds.kept;
    return decays(optimizer, originalName) ? kinds.decayed : kinds.trained;
  };
}
