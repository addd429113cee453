/** Numbers that belong to images, for a further input of a network: an array of the same shape for each image. */
export interface ImageInput {
  /** Of one image's array. */
  readonly shape: readonly number[];
  /** The arrays one after another, in the order of the images. */
  readonly values: Float32Array;
}

/** By the name of the network's input. */
export type ImageInputs = Readonly<Record<string, ImageInput>>;

/** The images of one split with their labels, as bytes, never as floats. */
export interface ImageSet {
  /** `count` images one after another, each height x width x channels (NHWC), values 0 to 255. */
  readonly images: Uint8Array;
  /** `count` class numbers, each an index into the dataset's `classNames`. */
  readonly labels: Uint8Array;
  readonly count: number;
  /** What networks with several inputs take beside the images (see `withInputs`). */
  readonly inputs?: ImageInputs;
}

export type SourceKind = 'cifar10' | 'folder' | 'sample';

/** Where a dataset came from. */
export interface DataSource {
  readonly kind: SourceKind;
  /** A folder, or for the built-in sample, the code that drew it. */
  readonly location: string;
  /**
   * sha256 over class names, shape, pixels and labels of exactly the images returned: two datasets with the
   * same digest train the same. Computed when first read; about 0.1 s for all of CIFAR-10.
   */
  readonly digest: string;
  /** What the reader of a result should know, for instance why the built-in sample was used. */
  readonly note?: string;
}

export interface Dataset {
  /** Its name in tables, figures and notebooks: 'CIFAR-10', 'built-in sample', ... */
  readonly name: string;
  readonly source: DataSource;
  readonly classNames: readonly string[];
  /** [height, width, channels]; the channels are red, green, blue. */
  readonly imageShape: readonly [number, number, number];
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** How many images the source holds in each split; `train` and `test` may be subsets. */
  readonly available: { readonly train: number; readonly test: number };
}
