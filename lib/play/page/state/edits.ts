/** What one does to a picture before the network sees it, as plain data and as arithmetic. */
import type { Pixels } from '../engine/types';
import type { Raster } from './raster';

/** A square that hides part of the input; in the input's pixels. */
export interface Cover {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Edits {
  /** Pixels of the input, to the right and down. */
  readonly moveX: number;
  readonly moveY: number;
  /** Degrees, clockwise. */
  readonly turn: number;
  readonly mirrored: boolean;
  /** Added to every value; −1 … 1. */
  readonly brightness: number;
  /** Values are spread around the middle grey by this factor. */
  readonly contrast: number;
  /** Standard deviation of a Gaussian, in pixels of the input. */
  readonly blur: number;
  readonly covers: readonly Cover[];
}

export const noEdits: Edits = {
  moveX: 0,
  moveY: 0,
  turn: 0,
  mirrored: false,
  brightness: 0,
  contrast: 1,
  blur: 0,
  covers: [],
};

/** What stands where there is no picture: middle grey. */
const nothing = 0.5;

/** Height, width and channels of a network's input. */
export type ImageShape = readonly [number, number, number];

/**
 * The picture as a network sees it. Moves, turns and mirrors first, then light, contrast and blur, then what is covered.
 * @param base the picture, a whole number of times as large as the input
 */
export function edited(base: Raster, edits: Edits, shape: ImageShape): Pixels {
  const [height, width, channels] = shape;
  const placed = place(base, edits, width, height);
  light(placed, edits);
  const colours = edits.blur > 0 ? blurred(placed, width, height, edits.blur) : placed;
  cover(colours, edits.covers, width, height);
  return { height, width, channels, values: channels === 3 ? colours : asChannels(colours, channels) };
}

/**
 * A point of the input, as the point of the unedited picture that is seen there; both with (0, 0) at the upper left corner,
 * in the input's pixels.
 */
export function pointBeneath(
  x: number,
  y: number,
  edits: Edits,
  [height, width]: ImageShape,
): readonly [number, number] {
  const angle = (edits.turn * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const dx = x - width / 2 - edits.moveX;
  const dy = y - height / 2 - edits.moveY;
  const across = cos * dx + sin * dy;
  return [width / 2 + (edits.mirrored ? -across : across), height / 2 - sin * dx + cos * dy];
}

/** @returns [height, width, 3]: each value the mean of as many samples as the base has pixels there */
function place(base: Raster, edits: Edits, width: number, height: number): Float32Array {
  const grain = base.width / width;
  const shape: ImageShape = [height, width, 3];
  const values = new Float32Array(width * height * 3);
  // The map is affine: three points give it.
  const [originX, originY] = pointBeneath(0, 0, edits, shape);
  const [rightX, rightY] = pointBeneath(1, 0, edits, shape);
  const [downX, downY] = pointBeneath(0, 1, edits, shape);
  const [acrossX, acrossY] = [rightX - originX, rightY - originY];
  const [alongX, alongY] = [downX - originX, downY - originY];
  const samples = grain * grain;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [red, green, blue] = [0, 0, 0];
      for (let i = 0; i < samples; i++) {
        const sx = x + ((i % grain) + 0.5) / grain;
        const sy = y + (Math.floor(i / grain) + 0.5) / grain;
        const bx = Math.floor((originX + sx * acrossX + sy * alongX) * grain);
        const by = Math.floor((originY + sx * acrossY + sy * alongY) * grain);
        if (bx >= 0 && by >= 0 && bx < base.width && by < base.height) {
          const at = (by * base.width + bx) * 4;
          red += base.data[at];
          green += base.data[at + 1];
          blue += base.data[at + 2];
        } else {
          red += nothing * 255;
          green += nothing * 255;
          blue += nothing * 255;
        }
      }
      const at = (y * width + x) * 3;
      values[at] = red / samples / 255;
      values[at + 1] = green / samples / 255;
      values[at + 2] = blue / samples / 255;
    }
  }
  return values;
}

function light(values: Float32Array, { brightness, contrast }: Edits): void {
  if (brightness === 0 && contrast === 1) return;
  for (let i = 0; i < values.length; i++) {
    const value = (values[i] - nothing) * contrast + nothing + brightness;
    values[i] = Math.min(1, Math.max(0, value));
  }
}

/** A Gaussian along rows, then along columns; beyond the border the last pixel goes on. */
function blurred(values: Float32Array, width: number, height: number, sigma: number): Float32Array {
  const reach = Math.ceil(3 * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const pass = (from: Float32Array, across: boolean): Float32Array => {
    const to = new Float32Array(from.length);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let i = 0; i < weights.length; i++) {
          const sx = across ? Math.min(width - 1, Math.max(0, x + i - reach)) : x;
          const sy = across ? y : Math.min(height - 1, Math.max(0, y + i - reach));
          const weight = weights[i] / total;
          for (let c = 0; c < 3; c++) to[(y * width + x) * 3 + c] += weight * from[(sy * width + sx) * 3 + c];
        }
      }
    }
    return to;
  };
  return pass(pass(values, true), false);
}

function cover(values: Float32Array, covers: readonly Cover[], width: number, height: number): void {
  for (const { x, y, ...size } of covers) {
    const [right, bottom] = [Math.min(width, x + size.width), Math.min(height, y + size.height)];
    for (let row = Math.max(0, y); row < bottom; row++) {
      for (let column = Math.max(0, x); column < right; column++) {
        values.fill(nothing, (row * width + column) * 3, (row * width + column) * 3 + 3);
      }
    }
  }
}

/** For networks that see no colours: the luminance (ITU-R BT.601), as often as they have channels. */
function asChannels(colours: Float32Array, channels: number): Float32Array {
  const places = colours.length / 3;
  const values = new Float32Array(places * channels);
  for (let i = 0; i < places; i++) {
    const luminance = 0.299 * colours[i * 3] + 0.587 * colours[i * 3 + 1] + 0.114 * colours[i * 3 + 2];
    values.fill(luminance, i * channels, (i + 1) * channels);
  }
  return values;
}
