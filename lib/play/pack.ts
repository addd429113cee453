/**
 * What the playground's page is given: networks and pictures as plain data, each in a script of its own that calls
 * `playground.add(...)`, since a page from disk may load scripts but may not fetch files. Node writes these packs, the page
 * reads them; both import this file, which imports nothing.
 */

/** Bytes as base64. */
export type Base64 = string;

/** How pixels become a network's input: (pixel / 255 − mean) / deviation, for each channel. */
export interface PixelScale {
  /** One number for each channel, on the scale from 0 to 1. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** A line of tfjs's weights manifest; `quantization` where values have fewer bits than 32. */
export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string; readonly scale?: number; readonly min?: number };
}

/** What a network reached, and how. */
export interface NetworkFacts {
  /** What it was trained on, as tables name it: `CIFAR-10, JPEG copy`. */
  readonly dataset: string;
  readonly recipe: string;
  readonly seed: number | null;
  readonly epochs: number;
  /** Of the test images, from 0 to 1; null where it was not measured. */
  readonly accuracy: number | null;
}

export interface NetworkPack {
  readonly kind: 'network';
  /** Unique in a page: `vgg16-best-seed1`, or the name of a run. */
  readonly id: string;
  /** As titles show it: `VGG16, width 0.25`. */
  readonly title: string;
  readonly classNames: readonly string[];
  /** [height, width, channels] of the input. */
  readonly imageShape: readonly [number, number, number];
  readonly scale: PixelScale;
  readonly facts: NetworkFacts | null;
  /** Whether its last layer gives logits, which a softmax turns into probabilities. */
  readonly logits: boolean;
  /** Of tfjs's `model.json`. */
  readonly topology: object;
  readonly weights: { readonly entries: readonly WeightEntry[]; readonly bytes: Base64 };
}

export interface PicturesPack {
  readonly kind: 'pictures';
  /** `CIFAR-10, test images`. */
  readonly title: string;
  readonly classNames: readonly string[];
  readonly imageShape: readonly [number, number, number];
  readonly labels: readonly number[];
  /** One PNG: the pictures in rows of `columns`, in the order of `labels`, without gaps. */
  readonly columns: number;
  readonly png: Base64;
  /** Whether pictures may be learned from in the page, or are to ask a network about. */
  readonly split: 'train' | 'test';
}

/**
 * A network before its training, for training in the page. It has no weights: tfjs's topology holds the initialisers with
 * their seeds, from which the page draws the same weights as Node does.
 */
export interface BlueprintPack {
  readonly kind: 'blueprint';
  /** Of the registry: `baseline`, `lenet5`. */
  readonly id: string;
  /** As titles show it: `LeNet-5 with ReLU`. */
  readonly title: string;
  /** [height, width, channels] of the input. */
  readonly imageShape: readonly [number, number, number];
  readonly classes: number;
  /** Of an untrained `model.json`, built with seed 0. */
  readonly topology: object;
}

export type Pack = NetworkPack | PicturesPack | BlueprintPack | ProgramPack;

/** tfjs's WebAssembly program, for the engine. */
export interface ProgramPack {
  readonly kind: 'program';
  readonly wasm: Base64;
}

/** A pack that lies beside the page in a file of its own, which is loaded when it is asked for. */
export interface Offer {
  readonly kind: Exclude<Pack, ProgramPack>['kind'];
  /** The pack's: the id of a network or blueprint, the split of pictures. */
  readonly id: string;
  readonly title: string;
  /** Address, relative to the page; null if the pack is part of the page. */
  readonly file: string | null;
  /** Of the pack; null if it is made when it is asked for. */
  readonly bytes: number | null;
  /** Of a network. */
  readonly facts: NetworkFacts | null;
}

/** What a page offers, in the order in which it is shown: `playground.offer(...)`, before the packs. */
export interface Contents {
  readonly offers: readonly Offer[];
}
