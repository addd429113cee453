/** Loss, accuracy and predictions of a network for a set of images, batch by batch. */
import { allIndices, takeSubset } from '../data/subset';
import type { ImageSet } from '../data/types';
import type { Measurement } from '../graph';
import type { Measured } from '../runs/evaluation';
import { tf } from '../runtime/tensorflow';
import { averagedOutput } from './averaged-output';
import { forEachBatch, Tally, type BatchOptions } from './batches';
import { EndingLogits } from './ending-logits';
import { inputBatch, modelBatch } from './input-batch';
import { amongTopFive, penaltyOf, probabilitiesOf, type ModelOutput } from './losses';
import { perImageMeasures, type PerImageMeasures } from './per-image';
import type { TrainedWith } from './trained-with';
import { viewBatch } from './view-batch';
import { isItself, viewsOf, type Views } from './views';

export interface MeasureOptions extends Omit<TrainedWith, 'outputWeights'>, BatchOptions {
  /** How much each output counts in the loss. Defaults to 1 each. */
  readonly outputWeights?: readonly number[] | null;
  readonly imageShape: readonly [number, number, number];
}

/**
 * Measures with tfjs's own `predict`, in inference mode. Predictions are those of the first output; the loss is the sum
 * over all outputs.
 * @param indices of the images; results run over them in this order
 * @returns undefined if `stopped` returned true before the last batch
 */
export async function measure(
  model: tf.LayersModel,
  set: ImageSet,
  indices: Uint32Array,
  options: MeasureOptions,
): Promise<Measured | undefined> {
  const views = viewsOf('single', options.imageShape);
  return (await measureViews(model, set, indices, { ...options, views }))?.single;
}

/** What a network makes of the images alone, and of all their views together. */
export interface MeasuredViews {
  readonly single: Measured;
  readonly together: Measured;
}

/** The same for several views of each image; outputs are averaged before anything is computed from them. */
export async function measureViews(
  model: tf.LayersModel,
  set: ImageSet,
  indices: Uint32Array,
  { views, ...options }: MeasureOptions & { readonly views: Views },
): Promise<MeasuredViews | undefined> {
  const { loss, outputWeights, stopped } = options;
  // As many images as without views.
  const batchSize = options.batchSize ?? Math.ceil(250 / views.views.length);
  const heads = await headsOf(model, options);
  const [penalty] = tf.tidy(() => penaltyOf(model).dataSync());
  const tallies = { single: new Tally(set, indices.length), together: new Tally(set, indices.length) };

  const measurementOf = (outputs: readonly ModelOutput[], labels: Int32Array): Measurement => {
    const [first] = outputs;
    const targets = tf.oneHot(tf.tensor1d(labels, 'int32'), first.value.shape[1] ?? 0).cast('float32');
    const perImage = heads.map((head, i) => head.perImage.measure(outputs[i], labels));
    return {
      classes: first.value.argMax(-1).dataSync<'int32'>(),
      confidences: probabilitiesOf(loss, first).max(-1).dataSync<'float32'>(),
      topFive: amongTopFive(first.value, targets).dataSync<'float32'>(),
      losses: weightedSum(
        perImage.map((each) => each.losses),
        outputWeights,
      ),
      metrics: perImage[0].metrics,
      penalty,
    };
  };
  const add = (batch: Uint32Array): void => {
    const images = takeSubset(set, batch);
    const labels = Int32Array.from(images.labels);
    const all = allIndices(images.count);
    const pixels = inputBatch(images, all, options);
    const outputs = views.views.map((view) => {
      const inputs = modelBatch(model, images, all, options, viewBatch(pixels, view, views.padding));
      return heads.map((head) => outputOf(head, inputs));
    });
    const single = measurementOf(outputs[views.views.findIndex(isItself)], labels);
    tallies.single.add(batch, single);
    const together = (): Measurement =>
      measurementOf(
        heads.map((_, i) =>
          averagedOutput(
            outputs.map((ofView) => ofView[i]),
            views,
            loss,
          ),
        ),
        labels,
      );
    tallies.together.add(batch, outputs.length === 1 ? single : together());
  };
  try {
    const isDone = await forEachBatch(indices, { batchSize, stopped }, (batch) => {
      tf.tidy(() => {
        add(batch);
      });
    });
    if (!isDone) return undefined;
    return { single: tallies.single.result(), together: tallies.together.result() };
  } finally {
    release(heads);
  }
}

/** A model up to one of its outputs. */
interface Head {
  readonly model: tf.LayersModel;
  readonly logits: EndingLogits;
  readonly perImage: PerImageMeasures;
}

/**
 * One head for each output; the metrics are for the first.
 * @throws UserError if the code of a user's own loss or metric is not at hand; the model is as it was then
 */
async function headsOf(
  model: tf.LayersModel,
  { loss, metrics }: Pick<TrainedWith, 'loss' | 'metrics'>,
): Promise<Head[]> {
  const { inputs, outputs } = model;
  const models =
    outputs.length === 1 ? [model] : outputs.map((output) => tf.model({ inputs, outputs: output }));
  const heads: Head[] = [];
  for (const [i, each] of models.entries()) {
    const logits = new EndingLogits(each);
    try {
      const measured = { loss, metrics: i === 0 ? metrics : [] };
      const classCount = each.outputs[0].shape[1] ?? 0;
      const perImage = await perImageMeasures(measured, classCount, logits.areKnown);
      heads.push({ model: each, logits, perImage });
    } catch (error) {
      logits.restore();
      release(heads);
      throw error;
    }
  }
  return heads;
}

/** In reverse: two outputs of one layer watch it one on top of the other. */
function release(heads: readonly Head[]): void {
  for (const head of [...heads].reverse()) {
    head.logits.restore();
    head.perImage.dispose();
  }
}

function outputOf({ model, logits }: Head, inputs: tf.Tensor[]): ModelOutput {
  const value = model.predictOnBatch(inputs) as tf.Tensor;
  return { value, logits: logits.take() };
}

/** Weights default to 1 each. */
function weightedSum(
  losses: readonly Float32Array[],
  weights: readonly number[] | null | undefined,
): Float32Array {
  if (losses.length === 1 && !weights) return losses[0];
  return losses[0].map((_, image) =>
    losses.reduce((total, each, i) => total + (weights?.[i] ?? 1) * each[image], 0),
  );
}
