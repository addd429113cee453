/** Images to compare answers on: a few of the built-in sample, in whatever size a network takes. */
import { drawSample } from '../data/sample';
import type { ImageSet } from '../data/types';

const count = 16;
const side = 32;
const colours = 3;

/** @returns uint8 [16, height, width, channels], each pixel the nearest one of a picture of 32×32 */
export function checkImages([height, width, channels]: readonly [number, number, number]): ImageSet {
  const { images: drawn, labels } = drawSample('test', count);
  const images = new Uint8Array(count * height * width * channels);
  let to = 0;
  for (let picture = 0; picture < count; picture++) {
    for (let y = 0; y < height; y++) {
      const row = picture * side + Math.floor((y * side) / height);
      for (let x = 0; x < width; x++) {
        const pixel = row * side + Math.floor((x * side) / width);
        for (let channel = 0; channel < channels; channel++) {
          images[to++] = drawn[pixel * colours + (channel % colours)];
        }
      }
    }
  }
  return { images, labels, count };
}
