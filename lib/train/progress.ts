/** How far training has come, and how long the rest will take. */
import { begunEpochs, type Recipe } from '../recipe';
import { means, type TrainingState } from '../runs/state';
import type { TrainingProgress } from './callbacks';
import type { Course } from './course';

/** Images and seconds of training so far, without validation. */
export function totals(
  { rows, sums, epochSeconds }: TrainingState,
  imagesPerEpoch: number,
): { images: number; seconds: number } {
  return {
    images: rows.reduce((total, { images = imagesPerEpoch }) => total + images, sums.images),
    seconds: rows.reduce((total, { seconds }) => total + seconds, epochSeconds),
  };
}

export function progress(
  state: TrainingState,
  recipe: Recipe,
  { imagesPerEpoch, images: imagesInRun }: Pick<Course, 'imagesPerEpoch' | 'images'>,
): TrainingProgress {
  const { epoch, sums, validationSeconds } = state;
  const { images, seconds } = totals(state, imagesPerEpoch);
  const { loss, penalty, accuracy } = means(sums);
  const imagesPerSecond = images / seconds;
  const epochs = begunEpochs(recipe);
  const validations = (count: number): number => Math.floor(count / recipe.validationFrequency);
  const done = validations(epoch - 1);
  const validationsLeft = validations(epochs) - done;
  const secondsLeft =
    (imagesInRun - images) / imagesPerSecond + (validationSeconds / Math.max(1, done)) * validationsLeft;
  return {
    epoch,
    epochs,
    images: sums.images,
    imagesPerEpoch,
    loss,
    penalty,
    accuracy,
    imagesPerSecond,
    secondsLeft,
  };
}
