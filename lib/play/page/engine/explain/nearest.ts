import { Network } from '../network/network';
import { tf, type Tensor2D } from '../tf';
import type { LoadedNetwork, Pixels } from '../types';
import { Pace } from './pace';
import type { IndexFeatures } from './types';

export const indexFeatures: IndexFeatures = (network, pictures) => {
  let known: Float32Array[] = [];
  const pace = new Pace();
  return {
    get done() {
      return known.length;
    },
    total: pictures.length,
    async advance() {
      if (known.length >= pictures.length) return false;
      const some = pictures.slice(known.length, known.length + pace.size);
      const begin = performance.now();
      known.push(...(await featuresOf(network, some)));
      pace.note(some.length, performance.now() - begin);
      return known.length < pictures.length;
    },
    async nearest(image, count) {
      const [asked] = await featuresOf(network, [image]);
      return known
        .map((features, index) => ({ index, distance: distanceBetween(features, asked) }))
        .sort((a, b) => a.distance - b.distance)
        .slice(0, count);
    },
    dispose() {
      known = [];
    },
  };
};

/** What the classifier sees of each image. */
async function featuresOf(given: LoadedNetwork, images: readonly Pixels[]): Promise<Float32Array[]> {
  const network = Network.of(given);
  const features = tf.tidy(() => network.ending.features.predict(network.input(images)) as Tensor2D);
  const values = await features.data<'float32'>();
  features.dispose();
  const size = values.length / images.length;
  return images.map((_, i) => values.slice(i * size, (i + 1) * size));
}

function distanceBetween(a: Float32Array, b: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += (a[i] - b[i]) ** 2;
  return Math.sqrt(squares);
}
