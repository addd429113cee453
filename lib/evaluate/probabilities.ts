import { allIndices } from '../data/subset';
import type { Dataset } from '../data/types';
import { UserError } from '../runtime/errors';
import { onInterrupt } from '../runtime/interrupt';
import { tf } from '../runtime/tensorflow';
import { forEachBatch } from './batches';
import { EndingLogits } from './ending-logits';
import { checkFit, expectOneOfEach } from './fit';
import { modelBatch } from './input-batch';
import { probabilitiesOf } from './losses';
import { trainedWith } from './trained-with';

export interface ProbabilitiesOptions {
  /** Which images. Defaults to the test set. */
  readonly on?: 'test' | 'train';
  /** Indices of the images, such as those that were held out. Defaults to all. */
  readonly indices?: Uint32Array;
}

/**
 * The probability that a network gives each class, with the normalisation that it was trained with. `evaluate` keeps only
 * the largest of them.
 * @returns for each image, in the order of `indices`, a probability for each class
 * @throws UserError if the network does not fit the dataset, if it has several inputs or outputs, or if interrupted
 */
export async function probabilities(
  model: tf.LayersModel,
  dataset: Dataset,
  { on = 'test', indices = allIndices(dataset[on].count) }: ProbabilitiesOptions = {},
): Promise<Float32Array[]> {
  checkFit(model, dataset);
  expectOneOfEach(model, 'A list of probabilities');
  const { normalisation, loss } = trainedWith(model);
  const settings = { imageShape: dataset.imageShape, normalisation };
  const ending = new EndingLogits(model);
  ending.restore();
  const classes = dataset.classNames.length;
  const rows: Float32Array[] = [];
  let interrupted = false;
  const forget = onInterrupt(() => (interrupted = true));
  try {
    const isDone = await forEachBatch(indices, { stopped: () => interrupted }, (batch) => {
      const values = tf.tidy(() => {
        const value = model.predictOnBatch(modelBatch(model, dataset[on], batch, settings)) as tf.Tensor;
        return probabilitiesOf(loss, { value, logits: ending.areKnown ? value : null }).dataSync<'float32'>();
      });
      for (let at = 0; at < values.length; at += classes) rows.push(values.slice(at, at + classes));
    });
    if (!isDone) throw new UserError('The evaluation was interrupted. Run it again for a result.');
    return rows;
  } finally {
    forget();
  }
}
