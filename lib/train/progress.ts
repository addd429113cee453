/** How far training has come, and how long the rest will take. */
import { begunEpochs, sideInEpoch, type Recipe } from '../recipe';
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

/** @param full side of the images at full size */
export function progress(
  state: TrainingState,
  recipe: Recipe,
  { course, full }: { readonly course: Pick<Course, 'imagesPerEpoch' | 'imagesIn'>; readonly full: number },
): TrainingProgress {
  const { imagesPerEpoch } = course;
  const { epoch, sums, rows, validationSeconds } = state;
  const { images, seconds } = totals(state, imagesPerEpoch);
  const { loss, penalty, accuracy } = means(sums);
  const imagesPerSecond = images / seconds;
  const epochs = begunEpochs(recipe);
  const validations = (count: number): number => Math.floor(count / recipe.validationFrequency);
  const done = validations(epoch - 1);
  const validationsLeft = validations(epochs) - done;
  // Most of a step's work goes by the number of pixels, so small images count as parts of one of full size.
  const wholes = (count: number, side: number | null): number => count * ((side ?? full) / full) ** 2;
  const now = sideInEpoch(recipe, epoch);
  const trained = rows.reduce(
    (total, { images = imagesPerEpoch, side = null }) => total + wholes(images, side),
    wholes(sums.images, now),
  );
  let left = wholes(course.imagesIn(epoch) - sums.images, now);
  for (let later = epoch + 1; later <= epochs; later++)
    left += wholes(course.imagesIn(later), sideInEpoch(recipe, later));
  const secondsLeft = (left * seconds) / trained + (validationSeconds / Math.max(1, done)) * validationsLeft;
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
