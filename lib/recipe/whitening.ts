import { checkRanges, count, positive, type Ranges } from './ranges';

/**
 * Gives the first convolution filters that whiten its input, before training, and keeps them: the eigenvectors of the
 * covariance of the image's patches, each divided by √(eigenvalue + epsilon), and the same negated (Page 2019; Jordan
 * 2024, https://arxiv.org/abs/2404.00498). Its bias is trained as others are.
 */
export interface Whitening {
  /** How many training images the patches are taken from: the first. If there are fewer, all of them. */
  readonly images: number;
  /** Added to the eigenvalues, so that directions in which patches hardly differ are not blown up. */
  readonly epsilon: number;
}

const ranges: Ranges<Whitening> = { images: count, epsilon: positive };

/** @throws UserError that names the first setting out of its range */
export function checkWhitening(settings: Whitening): Whitening {
  checkRanges('whitening', settings, ranges);
  return settings;
}

/** 5,000 images, epsilon 5e-4. */
export function whitening(options: Partial<Whitening> = {}): Whitening {
  return checkWhitening({ images: 5_000, epsilon: 5e-4, ...options });
}
