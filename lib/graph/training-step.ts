/** The whole training step, guarded: a step whose loss is not finite changes nothing. */
import type { Graph, Node } from './graph';
import { guard } from './guard';
import { movingAverages } from './moving-averages';
import { concat, pack, reshape } from './ops/array';
import { floatsOf, pairsOf } from './ops/bits';
import { cast, scalar } from './ops/cast';
import { constant } from './ops/constant';
import type { Gate } from './ops/control';
import { greaterEqual, logicalAnd, mul, select } from './ops/math';
import { allFinite } from './ops/reduce';
import { Variable } from './ops/variable';
import { severalSteps } from './several-steps';
import { atSide, signature } from './signatures';
import type { Forward, Learned, StepInputs } from './step';
import { written } from './stored-state';
import type { TrainingGraphOptions } from './training-options';
import type { SlotStores } from './slot-stores';
import { updateWeights, type Update } from './update';
import { updateStatistics } from './update-statistics';
import type { Weights } from './weights';

/** Positions in the totals that `train` returns. */
export const totalsIndex = { loss: 0, penalty: 1, first: 2, topFive: 3, images: 4, metrics: 5 } as const;

/** In place of a failed step's number: its bits, too, are those of a number below 0. */
const noStep = -1;

/** What the steps of images of all sizes share. */
export interface StepState {
  readonly totals: Variable;
  /** The bits of an int32, in a type that a GPU has variables of. */
  readonly failedStep: Variable;
  readonly slots: SlotStores;
}

/** Offers `clear`: no inputs → a scalar. */
export function stepState(
  graph: Graph,
  slots: SlotStores,
  { metrics = [] }: Pick<TrainingGraphOptions, 'metrics'>,
): StepState {
  return graph.within('update', () => {
    const failedStep = new Variable(graph, 'failed_step', 'float32', []);
    const totals = new Variable(graph, 'totals', 'float64', [totalsIndex.metrics + metrics.length]);
    offerClear(graph, totals, failedStep);
    return { totals, failedStep, slots };
  });
}

/**
 * Offers `train`, for images of this side: indices [steps, n], and of each step its number and the bits of its learning
 * rate, [steps, 2] → one vector, since each output is a copy from a GPU. It holds the totals since `clear` (see
 * `totalsIndex`; each metric has one from `metrics` on), float64 numbers as pairs of float32, and the bits of the first step
 * that failed, an int32 below 0 if none did.
 *
 * A step whose loss is not finite changes nothing, and neither does any step after it until `clear` is run, so that the
 * weights that caused the failure can still be inspected.
 * @returns what is validated and kept in place of the weights of a store
 */
export function offerTraining(
  graph: Graph,
  weights: Weights,
  { lowered, reading, loss, penalty, hits, metrics, count }: Forward,
  inputs: StepInputs,
  learned: readonly Learned[],
  { totals, failedStep, slots }: StepState,
  { optimizer, stepsPerEpoch, totalSteps, device }: TrainingGraphOptions,
  side: number | null,
): Update['averages'] {
  const { step } = inputs;
  return graph.within('update', () => {
    const failed = failedStep.read();
    // As float32, the bits of a step's number are not below 0.
    const fresh = greaterEqual(scalar(graph, noStep), failed);
    const good = logicalAnd(allFinite(loss), fresh);
    const { first, topFive } = hits;
    // In float64 the sums are exact: they do not depend on how many steps a call takes.
    const sums = cast(
      pack([mul(loss, count), mul(penalty, count), first, topFive, count, ...metrics]),
      'float64',
    );

    let updates: readonly Update[] = [];
    const taken = (guarded: Gate): readonly Node[] => {
      const options = { optimizer, inputs, stepsPerEpoch, totalSteps, reading, slots, guarded };
      const followed = movingAverages(weights, reading, lowered.follows, count);
      updates = [updateWeights(learned, options), updateStatistics(followed, options)];
      return [...updates.flatMap(({ done }) => done), totals.assignAdd(guarded(sums))];
    };
    const notTaken = (gate: Gate): Node => failedStep.assign(select(fresh, floatsOf(step), gate(failed)));
    const ends = guard(good, { taken, notTaken }, device);
    const all = severalSteps(graph, inputs, ends, { device, frame: atSide('steps', side) });
    const sumBits = reshape(pairsOf(totals.read([all.done])), [2 * (totalsIndex.metrics + metrics.length)]);
    const results = [sumBits, reshape(failedStep.read([all.done]), [1])];
    graph.offer(atSide(signature.train, side), {
      inputs: [all.inputs.indices, all.inputs.numbers],
      outputs: [concat(results, 0)],
    });
    return new Map(updates.flatMap(({ averages }) => [...averages]));
  });
}

function offerClear(graph: Graph, totals: Variable, failedStep: Variable): void {
  const [count] = totals.shape as readonly number[];
  const none = { dtype: 'float32', shape: [count], values: new Array<number>(count).fill(0) } as const;
  const zeros = cast(constant(graph, none), 'float64');
  const done = [totals.assign(zeros), failedStep.assign(scalar(graph, noStep))];
  graph.offer(signature.clear, { inputs: [], outputs: [written(graph, done)] });
}
