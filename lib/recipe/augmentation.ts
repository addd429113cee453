/** Random changes of training images, drawn anew in every step. The pictures of evaluation stay as they are. */
export interface Augmentation {
  /** Zeros around the image, in pixels, of which a window of the image's own size is cut; 0 for none. */
  readonly crop: number;
  /** Whether every second image, at random, is mirrored left to right. */
  readonly flip: boolean;
  /**
   * Side of a square, in pixels, that is set to zero around a random centre (DeVries & Taylor 2017,
   * https://arxiv.org/abs/1708.04552); 0 for none. What lies outside the image is cut off.
   */
  readonly cutout: number;
}

export const noAugmentation: Augmentation = { crop: 0, flip: false, cutout: 0 };

/** What most published CIFAR-10 results used: four pixels of padding, and mirroring. */
export const standardAugmentation: Augmentation = { crop: 4, flip: true, cutout: 0 };
