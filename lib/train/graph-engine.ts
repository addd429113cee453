import { setImmediate } from 'node:timers/promises';
import { measureBatches } from '../evaluate/batches';
import { Trainer, type Examples, type Totals } from '../graph';
import type { ImageSet } from '../data/types';
import type { Measured } from '../runs/evaluation';
import type { StepsResult } from '../runs/state';
import { checkCustomLayers } from './custom-layers';
import { sidesOf } from '../recipe';
import type { Engine, EngineRun, Steps, TrainingJob } from './engine';
import { graphStatistics } from './graph-statistics';

/**
 * The whole step as one TensorFlow graph, compiled from the model by lib/graph: forward pass, gradients, update,
 * metrics and random numbers. Several times as fast as tfjs's own `fit`. A layer that it cannot compile is refused by
 * name.
 */
export const graphEngine: Engine = { name: 'graph', bfloat16: true, start };

/** About how long steps run in one call before they are reported and the event loop gets its turn. */
const reportMs = 100;

async function start(job: TrainingJob): Promise<EngineRun> {
  const { images, sampleWeights, precision, batchSize, resizing = null, preciseStatistics = null } = job;
  const examples: Examples = { ...images, ...(sampleWeights && { weights: sampleWeights }) };
  const trainer = await Trainer.compile({
    ...job,
    examples,
    dtype: precision === 'mixed_bfloat16' ? 'bfloat16' : 'float32',
    sides: sidesOf(resizing),
    statistics: preciseStatistics !== null,
  });
  const run: EngineRun = {
    async train(steps, onSteps) {
      const failure = await trainSteps(trainer, steps, batchSize, onSteps);
      trainer.writeModel();
      if (failure)
        await onSteps({ steps: 0, images: 0, loss: NaN, penalty: NaN, accuracy: NaN, top5: NaN, failure });
    },
    ...(preciseStatistics && { statistics: graphStatistics(trainer, batchSize) }),
    measure: (set, indices, stopped) => measure(trainer, job, set, { indices, stopped }),
    slots: () => Promise.resolve(trainer.slots()),
    setSlots: (slots) => {
      trainer.setSlots(slots);
    },
    readModel: () => {
      trainer.readModel();
    },
    dispose: () => {
      trainer.dispose();
    },
  };
  try {
    await checkCustomLayers(job, run);
  } catch (error) {
    run.dispose();
    throw error;
  }
  return run;
}

/** @returns what went wrong, if anything; the failed step, and any after it, changed nothing */
async function trainSteps(
  trainer: Trainer,
  { order, firstStep, learningRate, side = null }: Steps,
  batchSize: number,
  onSteps: (result: StepsResult) => boolean | Promise<boolean>,
): Promise<StepsResult['failure']> {
  const batches = (step: number, count: number): Int32Array => {
    const from = (step - firstStep) * batchSize;
    return Int32Array.from(order.subarray(from, from + count * batchSize));
  };
  // The last batch may be smaller, and is a call of its own.
  const whole = firstStep + Math.floor(order.length / batchSize);
  const end = firstStep + Math.ceil(order.length / batchSize);
  let most = 1;
  for (let step = firstStep; step < end; ) {
    const count = step < whole ? Math.min(most, whole - step) : 1;
    const rates = Array.from({ length: count }, (_, i) => learningRate(step + i));
    const start = performance.now();
    trainer.steps(batches(step, count), step, rates, side);
    const totals = trainer.totals();
    const perStep = (performance.now() - start) / count;
    const { failedStep } = totals;
    const steps = (failedStep ?? step + count) - step;
    const goOn = steps === 0 || (await onSteps(resultOf(totals, steps)));
    if (failedStep !== null) {
      return { step: failedStep, reason: trainer.diagnose(batches(failedStep, 1), failedStep, side) };
    }
    step += count;
    if (!goOn) return broken(step);
    // Lets an interrupt arrive: the steps themselves never yield.
    await setImmediate();
    most = Math.max(1, Math.min(2 * most, Math.floor(reportMs / perStep)));
  }
  return broken(end);

  function broken(step: number): StepsResult['failure'] {
    const reason = trainer.nonFiniteWeights();
    return reason === null ? undefined : { step, reason };
  }
}

function resultOf({ images, loss, penalty, first, topFive, metrics }: Totals, steps: number): StepsResult {
  return {
    steps,
    images,
    loss: loss / images,
    penalty: penalty / images,
    accuracy: first / images,
    top5: topFive / images,
    ...meansOf(metrics, images),
  };
}

/** Empty without metrics. */
function meansOf(sums: Totals['metrics'], images: number): Pick<StepsResult, 'metrics'> {
  const means = Object.entries(sums).map(([name, sum]) => [name, sum / images] as const);
  return means.length === 0 ? {} : { metrics: Object.fromEntries(means) };
}

async function measure(
  trainer: Trainer,
  { images, heldOut }: TrainingJob,
  set: ImageSet,
  { indices, stopped }: { readonly indices: Uint32Array; readonly stopped: () => boolean },
): Promise<Measured | undefined> {
  if (set !== images && set !== heldOut) throw new Error('The engine has no such images to measure.');
  const first = set === images ? 0 : images.count;
  return measureBatches(set, indices, { stopped }, (batch) => {
    return trainer.measure(Int32Array.from(batch, (index) => first + index));
  });
}
