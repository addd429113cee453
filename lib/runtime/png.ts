import { tf } from './tensorflow';

/** @param pixels bytes, row by row. @param shape [height, width, channels]. @returns a PNG file, compressed as far as it goes */
export async function encodePng(
  pixels: Uint8Array,
  shape: readonly [number, number, number],
): Promise<Uint8Array> {
  const tensor = tf.tensor3d(pixels, [...shape], 'int32');
  try {
    return await tf.node.encodePng(tensor, 9);
  } finally {
    tensor.dispose();
  }
}
