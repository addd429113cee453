/** A network as it goes to Keras and comes from it: layers, settings and connections, in JSON. */

/** Where a tensor comes from: a layer's name, which of its calls, which of that call's outputs. */
export type Place = readonly [layer: string, call: number, output: number];

export type Settings = Readonly<Record<string, unknown>>;

export interface DescribedLayer {
  readonly name: string;
  /** The layer's class; for a model that is used as a layer, see `inner`. */
  readonly type: string;
  /** Under the names that Keras 3 has for them, without name and type. */
  readonly settings: Settings;
  /** What each call is given. Empty for inputs, and within a sequential model. */
  readonly calls: readonly (readonly Place[])[];
  /** The model itself, if the layer is one. */
  readonly inner?: DescribedNetwork;
  /** With the number of images, null. What Keras says; this library leaves it out. */
  readonly outputShape?: readonly (number | null)[];
}

/** Calls of a model that is used as a layer count from 0, as in Keras 3. */
export interface DescribedNetwork {
  readonly name: string;
  /** A sequential one lists its layers in their order, the input first. */
  readonly kind: 'Functional' | 'Sequential';
  readonly layers: readonly DescribedLayer[];
  /** Both empty for a sequential one. */
  readonly inputs: readonly Place[];
  readonly outputs: readonly Place[];
}
