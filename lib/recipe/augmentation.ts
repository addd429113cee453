import { checkRanges, notNegative, oneOf, optional, wholeFrom0To, type Range } from './ranges';

/** Random changes of training images, drawn anew in every step. Images are evaluated as they are. */
export interface Augmentation {
  /** Pixels of padding around the image, of which a window of the image's own size is cut; 0 for none. */
  readonly crop: number;
  /**
   * What the padding is: zeros in the units that the network gets, or the image mirrored at the border, without the
   * outermost pixel a second time. Defaults to zeros.
   */
  readonly padding?: 'zeros' | 'reflect';
  /**
   * Whether images are mirrored left to right, each with a probability of one half. `alternating` draws that once for each
   * image, for the first epoch; in every second epoch all are the other way round, so that any two epochs in a row show
   * each image both ways (Jordan 2024,
   * https://arxiv.org/abs/2404.00498, "alternating flip").
   */
  readonly flip: boolean | 'alternating';
  /**
   * Side of a square, in pixels, that is set to zero around a random centre (DeVries & Taylor 2017,
   * https://arxiv.org/abs/1708.04552); 0 for none. What lies outside the image is cut off.
   */
  readonly cutout: number;
  /**
   * Mixes each image with the next one of its batch, the last with the first: λ · image + (1 − λ) · partner, after the
   * changes above, with λ drawn for each image from Beta(`mixup`, `mixup`) (Zhang et al. 2017,
   * https://arxiv.org/abs/1710.09412). The loss is mixed as the images are. Defaults to 0: images stay apart.
   */
  readonly mixup?: number;
  /**
   * Gives each image a rectangle of its partner, in the same place (Yun et al. 2019, https://arxiv.org/abs/1905.04899). λ,
   * the share that stays, is drawn from Beta(`cutmix`, `cutmix`); the rectangle has the image's proportions and a random
   * centre, and what lies outside the image is cut off. The loss is mixed by the share of pixels that did stay. With
   * `mixup` as well, one of the two is drawn for each batch. Defaults to 0: images stay whole.
   */
  readonly cutmix?: number;
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
    padding: optional(oneOf('zeros', 'reflect')),
    flip: flips,
    cutout: wholeFrom0To(Math.max(height, width) - 1, nothing),
    mixup: optional(notNegative),
    cutmix: optional(notNegative),
  });
}

const flips: Range = {
  allowed: 'true, false or alternating',
  holds: (value) => typeof value === 'boolean' || value === 'alternating',
};

/** Whether images are mixed with others of their batch. */
export function mixesImages({ mixup = 0, cutmix = 0 }: Augmentation): boolean {
  return mixup > 0 || cutmix > 0;
}

export const noAugmentation: Augmentation = {
  crop: 0,
  padding: 'zeros',
  flip: false,
  cutout: 0,
  mixup: 0,
  cutmix: 0,
};

/** What most published CIFAR-10 results used: four pixels of zeros around, and mirroring. */
export const standardAugmentation: Augmentation = { ...noAugmentation, crop: 4, flip: true };
