import { counted } from '../data/text';
import type { Dataset } from '../data/types';
import { modelInputs } from '../models/model-inputs';
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';

/** The number of values of a byte: labels are stored as bytes, see `ImageSet`. */
const maxClasses = 256;

/**
 * Checks that a model takes what `dataset` has, and that each of its outputs has a number for each class.
 * @throws UserError that says what does not fit
 */
export function checkFit(model: tf.LayersModel, dataset: Dataset): void {
  const taking = modelInputs(model, dataset.train.inputs).find(({ isImages }) => isImages);
  const input = taking?.shape.join('×');
  const images = dataset.imageShape.join('×');
  if (input !== images) {
    throw new UserError(
      `"${model.name}" takes images of ${input}, but those of ${dataset.name} are ${images}. ` +
        'Build it with { inputShape: dataset.imageShape }.',
    );
  }
  const classes = dataset.classNames.length;
  if (classes > maxClasses) {
    throw new UserError(
      `${dataset.name} has ${classes} classes; expected at most ${maxClasses}, since a label is one byte.`,
    );
  }
  const several = model.outputs.length > 1;
  model.outputs.forEach(({ shape }, i) => {
    if (shape.length === 2 && shape[1] === classes) return;
    const which = several ? `The output "${model.outputNames[i]}" of "${model.name}"` : `"${model.name}"`;
    throw new UserError(
      `${which} tells ${shape[1] ?? 'an unknown number of'} classes apart, but ${dataset.name} has ${classes}. ` +
        (several
          ? 'Every output is trained to tell the classes; other targets are not supported.'
          : 'Build it with { classes: dataset.classNames.length }.'),
    );
  });
}

/**
 * @param what needs it, as the beginning of a sentence: `Ten-crop prediction`
 * @throws UserError if the model has several inputs or outputs
 */
export function expectOneOfEach(model: tf.LayersModel, what: string): void {
  const { inputs, outputs } = model;
  if (inputs.length === 1 && outputs.length === 1) return;
  throw new UserError(
    `${what} is for networks with one input, the image, and one output; "${model.name}" has ` +
      `${counted(inputs.length, 'input')} and ${counted(outputs.length, 'output')}.`,
  );
}
