/**
 * The ten classes of the built-in sample: six figures and four textures. What a picture shows stays the same if it is
 * mirrored, shifted a little or partly hidden, as with photographs: no class is told by its direction, and none is a
 * square, which is what cutout leaves behind.
 */
import type { Random } from '../random';
import { bars, coverage, direction, place, placed, polygon, type Distance, type Mask } from './geometry';

/** How far, in pixels, a figure may lie from the middle in each direction. */
const OFF_CENTRE = 2.5;

export interface Kind {
  readonly name: string;
  readonly draw: (random: Random) => Mask;
}

/** A figure from an outline of radius about 1. */
function outlined(corners: readonly number[], smallest: number, largest: number): Kind['draw'] {
  return (random) => {
    const width = random.between(smallest, largest);
    const height = width * random.between(0.8, 1.25);
    const scaled = corners.map((value, i) => value * (i % 2 === 0 ? width : height));
    const distance = placed(place(random, OFF_CENTRE, 1), polygon(scaled));
    return (x, y) => coverage(distance(x, y));
  };
}

/** An ellipse, or with a hole a ring. */
function round(hole: boolean): Kind['draw'] {
  return (random) => {
    const radius = random.between(5.5, 11);
    const squeeze = random.between(0.8, 1.25);
    const half = hole ? radius * random.between(0.14, 0.24) : 0;
    const distance = placed(place(random, OFF_CENTRE, 1), (x, y) => {
      const fromCentre = Math.sqrt(x * x + y * squeeze * (y * squeeze));
      return hole ? Math.abs(fromCentre - radius + half) - half : fromCentre - radius;
    });
    return (x, y) => coverage(distance(x, y));
  };
}

/** A disc with a second one, shifted, cut out of it. */
const crescent: Kind['draw'] = (random) => {
  const radius = random.between(8, 13);
  const cut = radius * random.between(0.75, 0.95);
  const shift = radius * random.between(0.4, 0.6);
  const distance = placed(place(random, OFF_CENTRE, 1), (x, y) =>
    Math.max(Math.sqrt(x * x + y * y) - radius, cut - Math.sqrt(x * x + (y - shift) * (y - shift))),
  );
  return (x, y) => coverage(distance(x, y));
};

/** A patch, round or square, filled by a texture. */
function patch(random: Random): Distance {
  const isRound = random.below(2) === 0;
  const radius = random.between(8.5, 15);
  return placed(place(random, OFF_CENTRE, 1), (x, y) =>
    isRound ? Math.sqrt(x * x + y * y) - radius : Math.max(Math.abs(x), Math.abs(y)) - 0.9 * radius,
  );
}

const stripes: Kind['draw'] = (random) => {
  const [cos, sin] = direction(random.between(-1, 1));
  const period = random.between(3.5, 8);
  const width = period * random.between(0.35, 0.6);
  const phase = random.between(0, period);
  const edge = patch(random);
  return (x, y) => coverage(edge(x, y)) * coverage(bars(cos * y - sin * x + phase, period, width));
};

/** Rings around one another. */
const target: Kind['draw'] = (random) => {
  const period = random.between(4.5, 8);
  const width = period * random.between(0.35, 0.6);
  const phase = random.between(0, period);
  const fromCentre = placed(place(random, 6, 1), (x, y) => Math.sqrt(x * x + y * y));
  const edge = patch(random);
  return (x, y) => coverage(edge(x, y)) * coverage(bars(fromCentre(x, y) + phase, period, width));
};

const checks: Kind['draw'] = (random) => {
  const [cos, sin] = direction(random.between(-1, 1));
  const period = random.between(5.5, 11);
  const shiftX = random.between(0, period);
  const shiftY = random.between(0, period);
  const edge = patch(random);
  return (x, y) => {
    const across = coverage(bars(cos * x + sin * y + shiftX, period, period / 2));
    const down = coverage(bars(cos * y - sin * x + shiftY, period, period / 2));
    return coverage(edge(x, y)) * (across * (1 - down) + down * (1 - across));
  };
};

const dots: Kind['draw'] = (random) => {
  const [cos, sin] = direction(random.between(-1, 1));
  const period = random.between(4.5, 8.5);
  const radius = period * random.between(0.24, 0.38);
  const shiftX = random.between(0, period);
  const shiftY = random.between(0, period);
  const edge = patch(random);
  return (x, y) => {
    const u = bars(cos * x + sin * y + shiftX, period, 0);
    const v = bars(cos * y - sin * x + shiftY, period, 0);
    return coverage(edge(x, y)) * coverage(Math.sqrt(u * u + v * v) - radius);
  };
};

// Sines and cosines of the fifths of a circle, as numbers, since Math.sin differs between platforms.
const [SIN72, COS72, SIN36, COS36] = [0.95105652, 0.30901699, 0.58778525, 0.80901699];
/** The distance of a star's inner corners from its centre; the outer ones are at 1. */
const DENT = 0.42;
const STAR: readonly number[] = [
  ...[0, -1, DENT * SIN36, -DENT * COS36, SIN72, -COS72, DENT * SIN72, DENT * COS72, SIN36, COS36],
  ...[0, DENT, -SIN36, COS36, -DENT * SIN72, DENT * COS72, -SIN72, -COS72, -DENT * SIN36, -DENT * COS36],
];
const TRIANGLE: readonly number[] = [0, -1, 0.87, 0.6, -0.87, 0.6];
/** Half the width of a cross's arms. */
const ARM = 0.28;
const CROSS: readonly number[] = [
  ...[-ARM, -1, ARM, -1, ARM, -ARM, 1, -ARM, 1, ARM, ARM, ARM],
  ...[ARM, 1, -ARM, 1, -ARM, ARM, -1, ARM, -1, -ARM, -ARM, -ARM],
];

export const kinds: readonly Kind[] = [
  { name: 'circle', draw: round(false) },
  { name: 'ring', draw: round(true) },
  { name: 'crescent', draw: crescent },
  { name: 'triangle', draw: outlined(TRIANGLE, 8, 14) },
  { name: 'star', draw: outlined(STAR, 9, 15) },
  { name: 'cross', draw: outlined(CROSS, 8, 14) },
  { name: 'stripes', draw: stripes },
  { name: 'target', draw: target },
  { name: 'checkerboard', draw: checks },
  { name: 'dots', draw: dots },
];
