/** Images as a network takes them. */
import type { PixelScale } from '../../../pack';
import { tf, type Tensor4D } from '../tf';
import type { Pixels } from '../types';

/** @returns float32 [images, height, width, channels]; the caller disposes of it */
export function inputOf(
  images: readonly Pixels[],
  [height, width, channels]: readonly [number, number, number],
  { mean, deviation }: PixelScale,
): Tensor4D {
  const size = height * width * channels;
  const values = new Float32Array(images.length * size);
  images.forEach((image, i) => {
    if (image.height !== height || image.width !== width || image.channels !== channels) {
      throw new Error(
        `The image is ${image.height}×${image.width}×${image.channels}; the network takes ` +
          `${height}×${width}×${channels}.`,
      );
    }
    for (let at = 0; at < size; at++) {
      const channel = at % channels;
      values[i * size + at] = (image.values[at] - mean[channel]) / deviation[channel];
    }
  });
  return tf.tensor4d(values, [images.length, height, width, channels]);
}
