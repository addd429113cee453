import type { NetworkPack } from '../../../pack';
import type { Model } from '../tf';

/** A trained model as a pack, with weights in 32 bits. */
export async function packOf(
  model: Model,
  about: Omit<NetworkPack, 'kind' | 'logits' | 'topology' | 'weights'>,
): Promise<NetworkPack> {
  const weights = model.weights.map((weight) => ({ name: weight.originalName, tensor: weight.read() }));
  const values = await Promise.all(weights.map(({ tensor }) => tensor.data<'float32'>()));
  return {
    ...about,
    kind: 'network',
    logits: false,
    topology: model.toJSON(null, false) as object,
    weights: {
      entries: weights.map(({ name, tensor }) => ({ name, shape: tensor.shape, dtype: 'float32' })),
      bytes: base64Of(values),
    },
  };
}

function base64Of(arrays: readonly Float32Array[]): string {
  const bytes = arrays.flatMap((array) => [new Uint8Array(array.buffer, array.byteOffset, array.byteLength)]);
  let text = '';
  for (const some of bytes) {
    // In parts: a call has room for so many arguments.
    for (let from = 0; from < some.length; from += 8192) {
      text += String.fromCharCode(...some.subarray(from, from + 8192));
    }
  }
  return btoa(text);
}
