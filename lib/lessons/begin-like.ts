/** Lessons build their networks in the open; here they see whether these are the library's. */
import { grouped } from '../data/text';
import { asVariant, variantOf } from '../models/variant';
import { tf } from '../runtime/tensorflow';

/** Where a layer's initial weights come from; they are taken from the library's layer. */
const initialisers = ['kernelInitializer', 'biasInitializer'] as const;

/** Part of a layer's config that does not change what the network computes, or is compared otherwise. */
const immaterial: ReadonlySet<string> = new Set([
  ...['name', 'dtype', 'batchInputShape', 'trainable'],
  ...initialisers,
]);

/**
 * Compares a network with the library's, layer by layer and setting by setting. If they are the same, it begins with the
 * library's initial weights, which follow from a seed, and both are shown the same pictures of noise. If not, it keeps
 * its own weights and is ready to be trained as it is. If the layers have the library's names too, a run of one is a run
 * of the other.
 * @param model as a lesson builds it, or as a reader has changed it
 * @param library the network to compare it with; it is disposed
 * @returns a sentence: that they are the same, or the first difference
 */
export function beginLike(model: tf.LayersModel, library: tf.LayersModel): string {
  try {
    const difference = firstDifference(layersOf(model), layersOf(library));
    if (difference) return not(difference);
    // Taken from the variables, which setWeights writes to.
    const own = model.getWeights().map((weight) => weight.clone());
    model.setWeights(library.getWeights());
    const off = largestDifference(model, library);
    if (off > tolerance) model.setWeights(own);
    tf.dispose(own);
    if (off > tolerance) {
      return not(
        `layers are connected in another way, and probabilities differ by up to ${off.toPrecision(2)}`,
      );
    }
    takeInitialisers(layersOf(model), layersOf(library));
    asVariant(model, variantOf(library));
    const [layers, parameters] = [layersOf(model).length, model.countParams()];
    return `The same network as the library's: ${layers} layers, ${grouped(parameters)} parameters, equal probabilities.`;
  } finally {
    library.dispose();
  }
}

function not(difference: string): string {
  return `Not the network of the library: ${difference}. It keeps initial weights of its own.`;
}

/** Sums of float32 numbers in another order. */
const tolerance = 1e-5;

function layersOf(model: tf.LayersModel): tf.layers.Layer[] {
  return model.layers.filter((layer) => layer.getClassName() !== 'InputLayer');
}

function firstDifference(
  ours: readonly tf.layers.Layer[],
  theirs: readonly tf.layers.Layer[],
): string | undefined {
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    const [here, there] = [ours.at(i), theirs.at(i)];
    const [what, expected] = [described(here), described(there)];
    if (what !== expected) return `layer ${i + 1} is ${what} here and ${expected} there`;
    const [own, library] = [here!.getConfig(), there!.getConfig()];
    for (const key of new Set([...Object.keys(own), ...Object.keys(library)])) {
      const [value, wanted] = [own, library].map((config) => JSON.stringify(config[key] ?? null));
      if (immaterial.has(key) || value === wanted) continue;
      return `${key} of layer ${i + 1}, ${what}, is ${value} here and ${wanted} there`;
    }
  }
  return undefined;
}

/** The network is the library's from here on: a run of it is the same run, and continues where that one stopped. */
function takeInitialisers(ours: readonly tf.layers.Layer[], theirs: readonly tf.layers.Layer[]): void {
  for (const [i, layer] of ours.entries()) {
    for (const key of initialisers) if (key in layer) Object.assign(layer, pick(theirs[i], key));
  }
}

function pick(layer: tf.layers.Layer, key: string): object {
  return { [key]: (layer as unknown as Readonly<Record<string, unknown>>)[key] };
}

/** Such as `Conv2D [28,28,6]`. */
function described(layer: tf.layers.Layer | undefined): string {
  if (!layer) return 'missing';
  const [, ...shape] = [layer.outputShape].flat() as (number | null)[];
  return `${layer.getClassName()} [${shape.join(', ')}]`;
}

function largestDifference(model: tf.LayersModel, library: tf.LayersModel): number {
  return tf.tidy(() => {
    const [, ...imageShape] = model.inputs[0].shape as [null, number, number, number];
    const images = tf.randomUniform([4, ...imageShape], 0, 1, 'float32', 1);
    const [own, expected] = [model, library].map((each) => each.predict(images) as tf.Tensor);
    return own.sub(expected).abs().max().dataSync()[0];
  });
}
