/** What a network's images go through before it, and what its outputs are: as data that other programs can read. */
import { trainedWith } from '../evaluate/trained-with';
import { takesLogits } from '../recipe/losses';
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';

export interface Preprocessing {
  /** In words, for whoever opens the file. */
  readonly how: string;
  /** Height, width and channels of an image; null for a network that takes something else. */
  readonly imageShape: readonly number[] | null;
  /** Pixels are (byte / 255 − mean) / deviation, for each channel. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** Whether the outputs still need a softmax to be probabilities. */
  readonly logits: boolean;
  /** What each output is for. */
  readonly classNames: readonly string[];
}

/** @param classNames defaults to numbers from 0 on */
export function preprocessingOf(model: tf.LayersModel, classNames?: readonly string[]): Preprocessing {
  const { normalisation, loss } = trainedWith(model);
  const imageShape = imageShapeOf(model);
  const channels = imageShape?.at(-1) ?? normalisation?.mean.length ?? 1;
  const logits = takesLogits(loss);
  const count = model.outputs[0].shape.at(-1) ?? 0;
  if (classNames && classNames.length !== count) {
    throw new UserError(
      `"${model.name}" tells ${count} classes apart; expected ${classNames.length}, one for each of: ` +
        `${classNames.join(', ')}.`,
    );
  }
  return {
    how:
      'The network takes float32 [images, height, width, channels]: for each channel (byte / 255 - mean) / deviation, ' +
      'with bytes from 0 to 255 in the order red, green, blue. It gives, in the order of classNames, ' +
      (logits ? 'logits, whose softmax are the probabilities.' : 'probabilities.'),
    imageShape,
    mean: normalisation?.mean ?? new Array<number>(channels).fill(0),
    deviation: normalisation?.deviation ?? new Array<number>(channels).fill(1),
    logits,
    classNames: classNames ?? Array.from({ length: count }, (_, i) => String(i)),
  };
}

/** [height, width, channels] of a network from one image of a fixed size to one list of classes; null for others. */
export function imageShapeOf(model: tf.LayersModel): readonly [number, number, number] | null {
  const shape = model.inputs.length === 1 ? model.inputs[0].shape.slice(1) : [];
  const isImage = shape.length === 3 && shape.every((side) => side !== null);
  const isClassifier = model.outputs.length === 1 && model.outputs[0].shape.length === 2;
  return isImage && isClassifier ? (shape as [number, number, number]) : null;
}
