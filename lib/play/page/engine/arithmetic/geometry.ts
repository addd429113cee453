/** Which places of its input a layer's window covers. */
import type { Window } from '../types';

/** How a window slides, in rows and columns. */
export interface Sliding {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: 'same' | 'valid';
}

/** Numbers at places: [height, width, channels], row by row. */
export interface Maps {
  readonly layer: string;
  readonly shape: readonly [number, number, number];
  readonly values: Float32Array;
}

/**
 * First row or column of the window of output `position`. With `same` padding the output has as many places as the input
 * has strides, and what the windows need beyond the input is split evenly, the odd one after it (as TensorFlow does).
 */
function start(position: number, side: number, sliding: Sliding, axis: 0 | 1): number {
  const stride = sliding.stride[axis];
  if (sliding.padding === 'valid') return position * stride;
  const covered = (sliding.size[axis] - 1) * sliding.dilation[axis] + 1;
  const missing = Math.max(0, (Math.ceil(side / stride) - 1) * stride + covered - side);
  return position * stride - Math.floor(missing / 2);
}

/** @param channels those that the window covers */
export function windowAt(
  maps: Maps,
  sliding: Sliding,
  { y, x }: { readonly y: number; readonly x: number },
  channels: readonly number[],
): Window {
  const [rows, columns] = maps.shape;
  return cut(maps, {
    y: start(y, rows, sliding, 0),
    x: start(x, columns, sliding, 1),
    height: sliding.size[0],
    width: sliding.size[1],
    stepY: sliding.dilation[0],
    stepX: sliding.dilation[1],
    channels,
  });
}

/** The whole maps, of some channels. */
export function wholeWindow(maps: Maps, channels: readonly number[]): Window {
  const [height, width] = maps.shape;
  return cut(maps, { y: 0, x: 0, height, width, stepY: 1, stepX: 1, channels });
}

function cut({ layer, shape, values }: Maps, place: Omit<Window, 'layer' | 'values' | 'inside'>): Window {
  const [rows, columns, depth] = shape;
  const { height, width, channels } = place;
  const cutOut = new Float32Array(height * width * channels.length);
  const inside = new Uint8Array(height * width);
  for (let i = 0; i < height * width; i++) {
    const y = place.y + Math.floor(i / width) * place.stepY;
    const x = place.x + (i % width) * place.stepX;
    if (y < 0 || y >= rows || x < 0 || x >= columns) continue;
    inside[i] = 1;
    channels.forEach((channel, c) => {
      cutOut[i * channels.length + c] = values[(y * columns + x) * depth + channel];
    });
  }
  return { layer, ...place, values: cutOut, inside };
}
