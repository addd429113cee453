/** A network that runs in the page. */
import type { NetworkPack } from '../../../pack';
import {
  layersOfTf,
  tf,
  type Layer,
  type Model,
  type SymbolicTensor,
  type Tensor,
  type Tensor4D,
} from '../tf';
import type { LayerInfo, LoadedNetwork, Look, Pixels, Weight } from '../types';
import { modelOf } from './build';
import { Ending } from './ending';
import { layerInfo } from './layers';
import { inputOf } from './scale';

export class Network implements LoadedNetwork {
  readonly layers: readonly LayerInfo[];
  /** From an image to every layer's output, in the order of `layers`. */
  readonly #all: Model;
  readonly #read = new Map<string, Promise<Readonly<Record<string, Weight>>>>();
  #ending: Ending | undefined;

  private constructor(
    readonly pack: NetworkPack,
    readonly model: Model,
  ) {
    const inside = layersOfTf.model({ inputs: model.inputs, outputs: model.outputs }).layers;
    const outputs = inside.map(({ output }) => output as SymbolicTensor);
    this.#all = layersOfTf.model({ inputs: model.inputs, outputs });
    this.layers = inside.map(layerInfo);
  }

  static async load(pack: NetworkPack): Promise<Network> {
    return new Network(pack, await modelOf(pack));
  }

  /** What explanations need beyond the face. @throws Error for a network of another engine */
  static of(network: LoadedNetwork): Network {
    if (network instanceof Network) return network;
    throw new Error('This network was not loaded by the engine.');
  }

  /** From features to classes. @throws Error with a sentence for the reader if no dense layer does that */
  get ending(): Ending {
    this.#ending ??= new Ending(this.model);
    return this.#ending;
  }

  /** @returns float32 [images, height, width, channels], normalised; the caller disposes of it */
  input(images: readonly Pixels[]): Tensor4D {
    return inputOf(images, this.pack.imageShape, this.pack.scale);
  }

  async look(image: Pixels): Promise<Look> {
    const outputs = tf.tidy(() => {
      // A model from its input's tensor to that tensor itself may give the very tensor it was given.
      const given = [this.#all.predictOnBatch(this.input([image]))].flat();
      return [...given.map((each) => each.clone()), this.#probabilities(given[given.length - 1])];
    });
    const probabilities = outputs.pop()!;
    const named = new Map(this.layers.map(({ name }, i) => [name, outputs[i]]));
    try {
      return new NetworkLook(image, await probabilities.data<'float32'>(), named);
    } finally {
      probabilities.dispose();
    }
  }

  /** Probabilities of several images: a row for each. */
  async probabilitiesOf(images: readonly Pixels[]): Promise<Float32Array[]> {
    const rows = tf.tidy(() => this.#probabilities(this.model.predictOnBatch(this.input(images)) as Tensor));
    try {
      const values = await rows.data<'float32'>();
      const classes = this.pack.classNames.length;
      return images.map((_, i) => values.slice(i * classes, (i + 1) * classes));
    } finally {
      rows.dispose();
    }
  }

  /** Of the model's output, [images, classes]. */
  #probabilities(output: Tensor): Tensor {
    return this.pack.logits ? tf.softmax(output) : output.clone();
  }

  layer(name: string): Layer {
    return this.#all.getLayer(name);
  }

  weights(name: string): Promise<Readonly<Record<string, Weight>>> {
    const found = this.#read.get(name) ?? readWeights(this.layer(name));
    this.#read.set(name, found);
    return found;
  }

  dispose(): void {
    this.model.dispose();
    this.#read.clear();
  }
}

export async function readWeights(layer: Layer): Promise<Readonly<Record<string, Weight>>> {
  const read = layer.weights.map(async (weight): Promise<[string, Weight]> => {
    const values = await weight.read().data<'float32'>();
    return [shortName(weight.originalName), { shape: weight.shape as number[], values }];
  });
  return Object.fromEntries(await Promise.all(read));
}

/** `block1_conv1/kernel` → `kernel` */
function shortName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

class NetworkLook implements Look {
  readonly #outputs: ReadonlyMap<string, Tensor>;
  readonly #read = new Map<string, Promise<Float32Array>>();

  constructor(
    readonly image: Pixels,
    readonly probabilities: Float32Array,
    outputs: ReadonlyMap<string, Tensor>,
  ) {
    this.#outputs = outputs;
  }

  output(layer: string): Promise<Float32Array> {
    const tensor = this.#outputs.get(layer);
    if (!tensor) {
      throw new Error(`There is no layer "${layer}"; there are: ${[...this.#outputs.keys()].join(', ')}.`);
    }
    const values = this.#read.get(layer) ?? tensor.data<'float32'>();
    this.#read.set(layer, values);
    return values;
  }

  dispose(): void {
    tf.dispose([...this.#outputs.values()]);
  }
}
