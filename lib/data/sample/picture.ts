/** How a picture of the built-in sample is painted: colours, clouds, clutter, noise. */
import type { Random } from '../random';
import { coverage, place, placed, SIZE, type Mask } from './geometry';

const CHANNELS = 3;

/** Bytes of one picture. */
export const IMAGE_BYTES = SIZE * SIZE * CHANNELS;

type Colour = readonly [number, number, number];

function colour(random: Random, low: number, high: number): Colour {
  return [random.between(low, high), random.between(low, high), random.between(low, high)];
}

/** Background and figure: two distinguishable colours, the figure mostly the lighter one. */
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

/** A short stroke that belongs to no class: clutter. */
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

/**
 * Draws one picture into `pixels` from byte `offset` on.
 * @param draw the figure or texture in it
 */
export function drawPicture(
  pixels: Uint8Array,
  offset: number,
  draw: (random: Random) => Mask,
  random: Random,
): void {
  const [background, paint] = colourPair(random);
  const backClouds = new Clouds(random, random.between(5, 40));
  const figure = layer(random, draw(random), paint);
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
