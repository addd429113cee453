/**
 * Progressive resizing: training begins on images made smaller, whose steps are cheaper, and ends on images of full size
 * (fast.ai on DAWNBench 2018, https://www.fast.ai/posts/2018-04-30-dawnbench-fastai.html; Tan & Le 2021,
 * https://arxiv.org/abs/2104.00298).
 */
import { check } from '../runtime/check';
import { betweenZeroAndOne, checkRanges, wholeNumber, type Range } from './ranges';

/** A part of a run that trains on smaller images. */
export interface ResizingStage {
  /** The share of the run's epochs after which it ends, counted from the run's beginning and rounded to whole epochs. */
  readonly until: number;
  /** Height and width of the images, in pixels. */
  readonly side: number;
}

/**
 * @param imageShape height, width and channels of the images at full size
 * @throws UserError that names the first setting out of its range
 */
export function checkResizing(
  stages: readonly ResizingStage[],
  [height, width]: readonly [number, number, number],
): void {
  const isList = Array.isArray(stages) && stages.length > 0;
  check(isList, 'resizing', stages, 'a list of stages such as [{ until: 0.5, side: 16 }], or null');
  const size = `${height}×${width}`;
  check(height === width, 'resizing', stages, `null for images that are not square: these are ${size}`);
  const side: Range = {
    allowed: `a whole number from 1 to ${height - 1}: the images are ${size}, and the run ends with them`,
    holds: (value) => wholeNumber.holds(value) && (value as number) >= 1 && (value as number) < height,
  };
  stages.forEach((stage, i) => {
    checkRanges(`resizing[${i}]`, stage, { until: betweenZeroAndOne, side });
    const before = stages[i - 1]?.until ?? 0;
    check(
      stage.until > before,
      `resizing[${i}].until`,
      stage.until,
      `above ${before}, where the stage before it ends`,
    );
  });
}

/**
 * The side of the images in an epoch; null for full size, at which the last epoch is trained in any case.
 * @param epoch counted from 1
 */
export function sideInEpoch({ resizing, epochs }: Resized, epoch: number): number | null {
  if (epoch >= epochs) return null;
  return resizing?.find(({ until }) => epoch <= Math.round(until * epochs))?.side ?? null;
}

/** The part of a recipe that decides about it. */
interface Resized {
  readonly resizing: readonly ResizingStage[] | null;
  /** Of the whole run. */
  readonly epochs: number;
}

/** The sides of all stages, each once. */
export function sidesOf(stages: readonly ResizingStage[] | null): readonly number[] {
  return [...new Set(stages?.map(({ side }) => side))];
}
