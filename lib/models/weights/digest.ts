import { createHash } from 'node:crypto';
import type { tf } from '../../runtime/tensorflow';

/** The sha256 of all weights of a network, in the network's order, as 32-bit floats. */
export function weightsDigest(model: tf.LayersModel): string {
  const hash = createHash('sha256');
  for (const weight of model.weights) {
    const { buffer, byteOffset, byteLength } = weight.read().dataSync();
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}
