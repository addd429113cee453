import { checkRanges, flag, wholeFrom0To } from './ranges';

/** Random changes of training images, drawn anew in every step. Images are evaluated as they are. */
export interface Augmentation {
  /** Zeros around the image, in pixels, of which a window of the image's own size is cut; 0 for none. */
  readonly crop: number;
  /** Whether images are mirrored left to right, each with a probability of one half. */
  readonly flip: boolean;
  /**
   * Side of a square, in pixels, that is set to zero around a random centre (DeVries & Taylor 2017,
   * https://arxiv.org/abs/1708.04552); 0 for none. What lies outside the image is cut off.
   */
  readonly cutout: number;
}

/**
 * Checks that each draw leaves something of the image: a crop moved by the whole side, or a hole as large as the
 * image, would leave zeros with a label.
 * @throws UserError that names the first setting out of its range
 */
export function checkAugmentation(
  augmentation: Augmentation,
  [height, width]: readonly [number, number, number],
): void {
  const nothing = `with more, nothing may be left of an image of ${height}×${width}`;
  checkRanges('augmentation', augmentation, {
    crop: wholeFrom0To(Math.min(height, width) - 1, nothing),
    flip: flag,
    cutout: wholeFrom0To(Math.max(height, width) - 1, nothing),
  });
}

export const noAugmentation: Augmentation = { crop: 0, flip: false, cutout: 0 };

/** What most published CIFAR-10 results used: four pixels of padding, and mirroring. */
export const standardAugmentation: Augmentation = { crop: 4, flip: true, cutout: 0 };
