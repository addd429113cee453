/**
 * The built-in sample: ten kinds of 32x32 pictures drawn from a seed, for when there is no CIFAR-10. Figures
 * and textures in any colour, place, size and turn, on uneven backgrounds, with clutter and noise, so that no
 * single pixel tells much and networks differ on it.
 *
 * Only integers, + - * /, Math.sqrt, abs, floor, min and max are used, all of which IEEE 754 fixes to the last
 * bit; sines are not. So a seed gives the same bytes on every platform.
 */
import { Random } from './random';
import type { ImageSet } from './types';

const SIZE = 32;
const CENTRE = SIZE / 2;
const CHANNELS = 3;
const IMAGE_BYTES = SIZE * SIZE * CHANNELS;

/** How far, in pixels, a figure may lie from the middle in each direction. */
const OFF_CENTRE = 2.5;

/** The seed of the pictures when no other is asked for. */
export const sampleSeed = 10;

/** How many pictures make up the sample when no limits are given, and how many can be drawn. */
export const sampleCounts = {
  train: { usual: 10_000, most: 50_000 },
  test: { usual: 2_000, most: 10_000 },
} as const;

/** How much of a pixel with its centre at (x, y) is covered, 0 to 1. */
type Mask = (x: number, y: number) => number;

/** Signed distance in pixels from (x, y) to an outline: negative inside. */
type Distance = (x: number, y: number) => number;

type Colour = readonly [number, number, number];

interface Kind {
  readonly name: string;
  readonly draw: (random: Random) => Mask;
}

/** A distance as coverage: the edge is one pixel wide. */
function coverage(distance: number): number {
  return Math.min(1, Math.max(0, 0.5 - distance));
}

/**
 * A direction as [cosine, sine], by the rational points of the circle.
 * @param t 0 for no turn; from -1 to 1 for a turn between -90 and 90 degrees
 */
function direction(t: number): readonly [number, number] {
  const square = t * t;
  return [(1 - square) / (1 + square), (2 * t) / (1 + square)];
}

/** Where a figure lies: maps a pixel to the figure's own coordinates. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly cos: number;
  readonly sin: number;
}

function place(random: Random, reach: number, turn: number): Place {
  const [cos, sin] = direction(random.between(-turn, turn));
  return { x: CENTRE + random.between(-reach, reach), y: CENTRE + random.between(-reach, reach), cos, sin };
}

/** Draws `distance`, given around the origin, at a place. */
function placed({ x, y, cos, sin }: Place, distance: Distance): Distance {
  return (px, py) => {
    const dx = px - x;
    const dy = py - y;
    return distance(cos * dx + sin * dy, cos * dy - sin * dx);
  };
}

/**
 * Distance to a polygon: to its nearest edge, with the sign from crossing edges on the way out.
 * @param corners x and y in turn
 */
function polygon(corners: readonly number[]): Distance {
  return (x, y) => {
    let nearest = Infinity;
    let inside = false;
    for (let i = 0, j = corners.length - 2; i < corners.length; j = i, i += 2) {
      const ax = corners[i];
      const ay = corners[i + 1];
      const ex = corners[j] - ax;
      const ey = corners[j + 1] - ay;
      const px = x - ax;
      const py = y - ay;
      const along = Math.min(1, Math.max(0, (px * ex + py * ey) / (ex * ex + ey * ey)));
      const dx = px - ex * along;
      const dy = py - ey * along;
      nearest = Math.min(nearest, dx * dx + dy * dy);
      if (ay > y !== corners[j + 1] > y && px < (ex * py) / ey) inside = !inside;
    }
    return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
  };
}

/** A figure from an outline of radius about 1. */
function outlined(corners: readonly number[], smallest: number, largest: number, turn: number): Kind['draw'] {
  return (random) => {
    const width = random.between(smallest, largest);
    const height = width * random.between(0.8, 1.25);
    const scaled = corners.map((value, i) => value * (i % 2 === 0 ? width : height));
    const distance = placed(place(random, OFF_CENTRE, turn), polygon(scaled));
    return (x, y) => coverage(distance(x, y));
  };
}

/** A disc pressed to an ellipse; with a hole it is a ring. */
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

/** A patch, round or square, that a texture shows in. */
function patch(random: Random): Distance {
  const isRound = random.below(2) === 0;
  const radius = random.between(8.5, 15);
  return placed(place(random, OFF_CENTRE, 1), (x, y) =>
    isRound ? Math.sqrt(x * x + y * y) - radius : Math.max(Math.abs(x), Math.abs(y)) - 0.9 * radius,
  );
}

/** Distance to the nearest of bars that repeat every `period`, each `width` wide. */
function bars(position: number, period: number, width: number): number {
  const turns = position / period;
  return Math.abs(turns - Math.floor(turns) - 0.5) * period - width / 2;
}

/** Stripes; `direction` of `tilts` gives their course, 0 for horizontal ones. */
function stripes(tilts: readonly (readonly [number, number])[]): Kind['draw'] {
  return (random) => {
    const [low, high] = tilts[random.below(tilts.length)];
    const [cos, sin] = direction(random.between(low, high));
    const period = random.between(3.5, 8);
    const width = period * random.between(0.35, 0.6);
    const phase = random.between(0, period);
    const edge = patch(random);
    return (x, y) => coverage(edge(x, y)) * coverage(bars(cos * y - sin * x + phase, period, width));
  };
}

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

// Sines and cosines of the fifths of a circle, written out; see above.
const [SIN72, COS72, SIN36, COS36] = [0.95105652, 0.30901699, 0.58778525, 0.80901699];
/** The inner corners of a five-pointed star lie nearer by this. */
const DENT = 0.42;
const STAR: readonly number[] = [
  ...[0, -1, DENT * SIN36, -DENT * COS36, SIN72, -COS72, DENT * SIN72, DENT * COS72, SIN36, COS36],
  ...[0, DENT, -SIN36, COS36, -DENT * SIN72, DENT * COS72, -SIN72, -COS72, -DENT * SIN36, -DENT * COS36],
];
const TRIANGLE: readonly number[] = [0, -1, 0.87, 0.6, -0.87, 0.6];
const SQUARE: readonly number[] = [-0.8, -0.8, 0.8, -0.8, 0.8, 0.8, -0.8, 0.8];
/** Half the width of a cross's arms. */
const ARM = 0.28;
const CROSS: readonly number[] = [
  ...[-ARM, -1, ARM, -1, ARM, -ARM, 1, -ARM, 1, ARM, ARM, ARM],
  ...[ARM, 1, -ARM, 1, -ARM, ARM, -1, ARM, -1, -ARM, -ARM, -ARM],
];

const kinds: readonly Kind[] = [
  { name: 'circle', draw: round(false) },
  { name: 'ring', draw: round(true) },
  { name: 'square', draw: outlined(SQUARE, 7, 12, 0.2) },
  { name: 'triangle', draw: outlined(TRIANGLE, 8, 14, 0.2) },
  { name: 'star', draw: outlined(STAR, 9, 15, 0.2) },
  { name: 'cross', draw: outlined(CROSS, 8, 14, 0.2) },
  { name: 'horizontal stripes', draw: stripes([[-0.13, 0.13]]) },
  {
    name: 'diagonal stripes',
    draw: stripes([
      [0.25, 0.6],
      [-0.6, -0.25],
    ]),
  },
  { name: 'checkerboard', draw: checks },
  { name: 'dots', draw: dots },
];

/** Class names of the sample, in the order of the labels. */
export const sampleClassNames: readonly string[] = kinds.map((kind) => kind.name);

function colour(random: Random, low: number, high: number): Colour {
  return [random.between(low, high), random.between(low, high), random.between(low, high)];
}

/** Ground and figure: any two colours that can be told apart, most often the figure lighter, at times darker. */
function colourPair(random: Random): readonly [ground: Colour, figure: Colour] {
  const isDarker = random.below(12) === 0;
  for (;;) {
    const dark = colour(random, 10, 190);
    const light = colour(random, 70, 250);
    const difference = light.reduce((sum, value, i) => sum + value - dark[i], 0);
    if (difference > 170) return isDarker ? [light, dark] : [dark, light];
  }
}

const CLOUD_CELLS = 4;
const CLOUD_POINTS = CLOUD_CELLS + 1;

/** Slow changes of brightness and tint over the picture: random values on a grid, blended between. */
class Clouds {
  readonly #values: Float64Array;

  constructor(random: Random, strength: number) {
    this.#values = new Float64Array(CLOUD_POINTS * CLOUD_POINTS * CHANNELS);
    for (let point = 0; point < this.#values.length; point += CHANNELS) {
      const light = random.between(-strength, strength);
      for (let c = 0; c < CHANNELS; c++) {
        this.#values[point + c] = light + random.between(-0.4, 0.4) * strength;
      }
    }
  }

  /** Value of a channel at pixel (column, row). */
  at(column: number, row: number, channel: number): number {
    const x = (column * CLOUD_CELLS) / SIZE;
    const y = (row * CLOUD_CELLS) / SIZE;
    const left = Math.floor(x);
    const top = Math.floor(y);
    const right = x - left;
    const below = y - top;
    const at = (top * CLOUD_POINTS + left) * CHANNELS + channel;
    const next = at + CLOUD_POINTS * CHANNELS;
    const values = this.#values;
    return (
      (1 - below) * ((1 - right) * values[at] + right * values[at + CHANNELS]) +
      below * ((1 - right) * values[next] + right * values[next + CHANNELS])
    );
  }
}

/** A short stroke, of no class: clutter. */
function stroke(random: Random): Mask {
  const halfLength = random.between(1.5, 5);
  const halfWidth = random.between(0.5, 1.4);
  const distance = placed(place(random, 15, 1), (x, y) => {
    const beyond = Math.max(0, Math.abs(x) - halfLength);
    return Math.sqrt(beyond * beyond + y * y) - halfWidth;
  });
  return (x, y) => coverage(distance(x, y));
}

/** A mask painted in a colour that changes over the picture. */
interface Layer {
  readonly mask: Mask;
  readonly colour: Colour;
  readonly clouds: Clouds;
}

function layer(random: Random, mask: Mask, paint: Colour): Layer {
  return { mask, colour: paint, clouds: new Clouds(random, random.between(0, 25)) };
}

/** Draws one picture of kind `label` into `pixels` from byte `offset` on. */
function drawPicture(pixels: Uint8Array, offset: number, label: number, random: Random): void {
  const [background, paint] = colourPair(random);
  const backClouds = new Clouds(random, random.between(5, 40));
  const figure = layer(random, kinds[label].draw(random), paint);
  const clutter = (): Layer => layer(random, stroke(random), colour(random, 15, 240));
  const behind = Array.from({ length: random.below(3) }, clutter);
  const before = Array.from({ length: random.below(2) }, clutter);
  const layers = [...behind, figure, ...before];
  const noise = random.between(4, 22) / 128;

  let at = offset;
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++, at += CHANNELS) {
      let red = background[0] + backClouds.at(column, row, 0);
      let green = background[1] + backClouds.at(column, row, 1);
      let blue = background[2] + backClouds.at(column, row, 2);
      for (const { mask, colour: paint, clouds } of layers) {
        const share = mask(column + 0.5, row + 0.5);
        if (share === 0) continue;
        red += share * (paint[0] + clouds.at(column, row, 0) - red);
        green += share * (paint[1] + clouds.at(column, row, 1) - green);
        blue += share * (paint[2] + clouds.at(column, row, 2) - blue);
      }
      // Three bytes of one random number, each -128 to 127, are the grain of the three channels.
      const grain = random.uint32();
      pixels[at] = toByte(red + noise * ((grain & 255) - 128));
      pixels[at + 1] = toByte(green + noise * (((grain >>> 8) & 255) - 128));
      pixels[at + 2] = toByte(blue + noise * (((grain >>> 16) & 255) - 128));
    }
  }
}

function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.floor(value + 0.5)));
}

/**
 * Draws the first `count` pictures of a split. Picture number i is of class i modulo 10 and depends on the
 * seed, the split and i alone, so a smaller sample is the beginning of a larger one.
 * @returns images uint8 [count, 32, 32, 3]
 */
export function drawSample(split: 'train' | 'test', count: number, seed: number = sampleSeed): ImageSet {
  const images = new Uint8Array(count * IMAGE_BYTES);
  const labels = new Uint8Array(count);
  const stream = split === 'train' ? 0 : 1;
  for (let i = 0; i < count; i++) {
    labels[i] = i % kinds.length;
    drawPicture(images, i * IMAGE_BYTES, labels[i], new Random(seed, stream, i));
  }
  return { images, labels, count };
}
