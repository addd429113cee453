import type { tf } from '../runtime/tensorflow';
import type { Picture } from './pictures';

/**
 * Pixels as networks see them, as pictures: from 0, black, to 1, white; what is beyond is cut off.
 * @param pixels float32 [count, height, width, channels], with 3 channels or 1
 * @param captions one for each picture. Defaults to none.
 */
export function picturesOf(pixels: tf.Tensor, captions: readonly string[] = []): Picture[] {
  const [count, height, width, channels] = pixels.shape as [number, number, number, number];
  const values = pixels.dataSync<'float32'>();
  const size = height * width * channels;
  return Array.from({ length: count }, (_, i) => ({
    pixels: Uint8Array.from(values.subarray(i * size, (i + 1) * size), (value) =>
      Math.round(255 * Math.min(1, Math.max(0, value))),
    ),
    ...{ height, width, channels },
    ...(i < captions.length && { caption: captions[i] }),
  }));
}
