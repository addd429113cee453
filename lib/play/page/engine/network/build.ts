/** A tfjs model from a pack's topology and weights. */
import type { NetworkPack } from '../../../pack';
import { bytesFrom } from '../bytes';
import { layersOfTf, tf, type Model } from '../tf';

export async function modelOf({ title, topology, weights }: NetworkPack): Promise<Model> {
  let model: Model;
  try {
    model = await modelFrom(withoutInitialisers(topology) as object);
  } catch (error) {
    throw new Error(`${title} has a part that this page doesn't know: ${messageOf(error)}.`);
  }
  try {
    fill(model, weights);
    return model;
  } catch (error) {
    model.dispose();
    throw new Error(`The weights of ${title} are damaged: ${messageOf(error)}.`);
  }
}

/** A model with weights as its initialisers draw them. */
export function modelFrom(topology: object): Promise<Model> {
  // tfjs takes both Keras's whole description and its `model_config` alone.
  return layersOfTf.loadLayersModel({ load: () => Promise.resolve({ modelTopology: topology }) });
}

/** The pack's entries stand in the order of the model's weights. */
function fill(model: Model, { entries, bytes }: NetworkPack['weights']): void {
  const { buffer } = bytesFrom(bytes);
  // tfjs finds decoded weights by their names, which need not differ in nested models.
  const named = entries.map((entry, i) => ({ ...entry, name: String(i) }));
  const tensors = tf.io.decodeWeights(buffer, named as Parameters<typeof tf.io.decodeWeights>[1]);
  try {
    if (model.weights.length !== entries.length) {
      throw new Error(`${entries.length} arrays for ${model.weights.length}`);
    }
    for (const [i, weight] of model.weights.entries()) weight.write(tensors[String(i)]);
  } finally {
    tf.dispose(tensors);
  }
}

/** Weights that are about to be replaced need not be drawn at random: with ten million that takes a second. */
function withoutInitialisers(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withoutInitialisers);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [
      key,
      key.endsWith('_initializer') && value !== null
        ? { class_name: 'Zeros', config: {} }
        : withoutInitialisers(value),
    ]),
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}
