/** Views of an image at the test: several versions of it, whose outputs are averaged. */
import type { Crop, CropPadding } from '../data/crops';
import { check } from '../runtime/check';
import { UserError } from '../runtime/errors';

/** A version of an image, and how much its outputs count. */
export interface View extends Crop {
  readonly weight: number;
}

export interface Views {
  /** As results tell of them. */
  readonly name: string;
  /** One of them is the image itself; their weights add up to 1. */
  readonly views: readonly View[];
  /** What lies outside of an image that is shifted. */
  readonly padding: CropPadding;
  /**
   * What is averaged: the outputs before the softmax, or the probabilities. Outputs that come from no softmax (those of
   * sigmoids, for instance) are averaged as they are by `logits`.
   */
  readonly averaged: 'logits' | 'probabilities';
}

const itself = { down: 0, right: 0, mirrored: false } as const;

/** Each place as it is and mirrored; the weights of the places are halved. */
function bothWays(places: readonly Pick<View, 'down' | 'right' | 'weight'>[]): View[] {
  return places.flatMap((place) =>
    [false, true].map((mirrored) => ({ ...place, mirrored, weight: place.weight / 2 })),
  );
}

const single: Views = {
  name: 'single',
  views: [{ ...itself, weight: 1 }],
  padding: 'zeros',
  averaged: 'logits',
};

const mirror: Views = {
  name: 'mirror',
  views: bothWays([{ down: 0, right: 0, weight: 1 }]),
  padding: 'reflect',
  averaged: 'logits',
};

/**
 * Half the mean of an image and its mirror, half the mean of the same for two shifts by a pixel, of the outputs before the
 * softmax (Jordan 2024, https://arxiv.org/abs/2404.00498, "multi-crop evaluation").
 */
const mirrorAndShifts: Views = {
  name: 'mirrorAndShifts',
  views: bothWays([
    { down: 0, right: 0, weight: 1 / 2 },
    { down: -1, right: -1, weight: 1 / 4 },
    { down: 1, right: 1, weight: 1 / 4 },
  ]),
  padding: 'reflect',
  averaged: 'logits',
};

/**
 * AlexNet's ten views: the four corners of an image and its middle, each as it is and mirrored, of which the probabilities
 * are averaged (Krizhevsky, Sutskever & Hinton 2012, section 4.1). There, windows of 224×224 out of 256×256; here, windows
 * of the image's own size out of the image with `padding` zeros around, after normalisation.
 * @param padding how far the corners are from the middle, in pixels. Defaults to 4, as in the usual augmentation
 */
export function tenCrops(padding = 4): Views {
  if (!(Number.isInteger(padding) && padding >= 1)) {
    throw new UserError(`padding is ${padding}; expected a whole number of pixels from 1 on.`);
  }
  const ends = [-padding, padding];
  const corners = ends.flatMap((down) => ends.map((right) => ({ down, right })));
  return {
    name: padding === 4 ? 'tenCrops' : `tenCrops(${padding})`,
    views: bothWays([{ down: 0, right: 0 }, ...corners].map((place) => ({ ...place, weight: 1 / 5 }))),
    padding: 'zeros',
    averaged: 'probabilities',
  };
}

const named = { single, mirror, mirrorAndShifts, tenCrops: tenCrops() } as const;

export type ViewsName = keyof typeof named;

export const viewsNames = Object.keys(named) as readonly ViewsName[];

/**
 * @param views a name, or views of one's own
 * @throws UserError that lists the names, or says what is wrong with views of one's own
 */
export function viewsOf(views: ViewsName | Views, [height, width]: readonly [number, number, number]): Views {
  if (typeof views === 'string') {
    check(
      Object.hasOwn(named, views),
      'views',
      views,
      `one of ${viewsNames.join(', ')}, or views of your own`,
    );
    return viewsOf(named[views], [height, width, 0]);
  }
  const total = views.views.reduce((sum, { weight }) => sum + weight, 0);
  check(Math.abs(total - 1) < 1e-6, 'the sum of the weights of views', total, '1');
  check(
    views.views.some(isItself),
    'views.views',
    views.views,
    'a list with the image itself among the views',
  );
  for (const { down, right } of views.views) {
    checkShift('down', down, height);
    checkShift('right', right, width);
  }
  return views;
}

function checkShift(name: string, value: number, size: number): void {
  const isShift = Number.isInteger(value) && Math.abs(value) < size;
  check(isShift, `${name} of a view`, value, `a whole number of pixels, fewer than the image's ${size}`);
}

export function isItself({ down, right, mirrored }: View): boolean {
  return down === 0 && right === 0 && !mirrored;
}
