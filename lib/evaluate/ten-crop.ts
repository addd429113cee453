import { cropped, tenCrops } from '../data/crops';
import type { Dataset } from '../data/types';
import { UserError } from '../runtime/errors';
import { onInterrupt } from '../runtime/interrupt';
import { tf } from '../runtime/tensorflow';
import { checkFit, expectOneOfEach } from './fit';
import { inputBatch } from './input-batch';
import { trainedWith } from './trained-with';

/** Accuracy from ten crops of each test image, beside that from the image alone. */
export interface TenCropResult {
  /** Share of the test images that the network gets right from the image alone. */
  readonly single: number;
  /** The same from the mean of the probabilities of ten crops (see `tenCrops`). */
  readonly tenCrop: number;
  readonly images: number;
}

/**
 * Measures ten-crop prediction on the test set.
 * @param padding how far the corners are from the middle, in pixels. Defaults to 4, as in the usual augmentation
 * @throws UserError if the network does not fit the dataset, gives no probabilities, or if interrupted
 */
export async function evaluateTenCrop(
  model: tf.LayersModel,
  dataset: Dataset,
  { padding = 4, batchSize = 250 }: { padding?: number; batchSize?: number } = {},
): Promise<TenCropResult> {
  checkFit(model, dataset);
  expectOneOfEach(model, 'Ten-crop prediction');
  const { loss, normalisation } = trainedWith(model);
  if (loss.kind !== 'meanSquaredError' && loss.fromLogits) {
    throw new UserError(`"${model.name}" gives logits; ten-crop prediction averages probabilities.`);
  }
  const { test, imageShape } = dataset;
  const views = [test, ...tenCrops(padding).map((crop) => cropped(test, imageShape, crop))];
  let interrupted = false;
  const stopped = (): boolean => interrupted;
  const forget = onInterrupt(() => (interrupted = true));
  let [single, tenCrop] = [0, 0];
  try {
    for (let from = 0; from < test.count; from += batchSize) {
      const indices = Array.from({ length: Math.min(batchSize, test.count - from) }, (_, i) => from + i);
      const probabilities: tf.Tensor[] = [];
      for (const view of views) {
        // Lets an interrupt arrive: tensor operations themselves never yield.
        await tf.nextFrame();
        if (stopped()) throw new UserError('Ten-crop prediction was interrupted. Run it again for a result.');
        probabilities.push(
          tf.tidy(
            () => model.predictOnBatch(inputBatch(view, indices, { imageShape, normalisation })) as tf.Tensor,
          ),
        );
      }
      const right = (output: tf.Tensor): number => {
        const answers = tf.tidy(() => output.argMax(1).dataSync());
        return indices.filter((index, i) => answers[i] === test.labels[index]).length;
      };
      const [alone, ...ten] = probabilities;
      const mean = tf.tidy(() => tf.addN(ten));
      single += right(alone);
      tenCrop += right(mean);
      tf.dispose([mean, ...probabilities]);
    }
  } finally {
    forget();
  }
  return { single: single / test.count, tenCrop: tenCrop / test.count, images: test.count };
}
