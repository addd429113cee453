/**
 * Why a network says what it says: what the page's state and views ask of engine/explain. Each function takes a loaded
 * network and pixels before any normalisation. None touches the document.
 */
import type { LoadedNetwork, Pixels } from '../types';

/** A number for each place of an image. */
export interface Heat {
  readonly height: number;
  readonly width: number;
  /** [height, width], row by row. Never negative for saliency; of both signs for class activation and occlusion. */
  readonly values: Float32Array;
}

/**
 * Class-activation map: the feature maps before global average pooling, summed with the classifier's weights for a class
 * (Zhou et al. 2016, https://arxiv.org/abs/1512.04150), enlarged to the size of the image. Null for a network without
 * global average pooling right before its classifier.
 */
export type ClassActivation = (
  network: LoadedNetwork,
  image: Pixels,
  classIndex: number,
) => Promise<Heat | null>;

/**
 * The absolute gradient of a class's score, before the softmax, by each pixel: the largest of the colours
 * (Simonyan, Vedaldi & Zisserman 2013, https://arxiv.org/abs/1312.6034).
 */
export type Saliency = (network: LoadedNetwork, image: Pixels, classIndex: number) => Promise<Heat>;

/** A square that covers part of an image; it may reach over the border. */
export interface Patch {
  /** Row and column of its first pixel. */
  readonly y: number;
  readonly x: number;
  readonly size: number;
}

/** Patches whose centres form a grid over an image. */
export interface PatchGrid {
  readonly rows: number;
  readonly columns: number;
  /** Row by row. */
  readonly patches: readonly Patch[];
  /** Indices into `patches`: a few all over the image first, so that a rough map is there at once. */
  readonly coarseFirst: readonly number[];
}

/** Explaining by covering: Zeiler & Fergus 2013, https://arxiv.org/abs/1311.2901. */
export interface Occlusion {
  /** The image with a patch in middle grey. */
  cover(image: Pixels, patch: Patch): Pixels;
  /** Patches of a size with their centres `stride` pixels apart. */
  grid(image: Pick<Pixels, 'height' | 'width'>, size: number, stride: number): PatchGrid;
  /** All classes' probabilities under each of some patches. */
  under(network: LoadedNetwork, image: Pixels, patches: readonly Patch[]): Promise<readonly Float32Array[]>;
}

/** What optimising the input makes of a class, step by step. */
export interface InputSearch {
  /** Steps so far. */
  readonly steps: number;
  /** Gradient ascent by one step; resolves to the class's score before it. */
  step(): Promise<number>;
  /** The picture so far and the probabilities that the network gives it. */
  picture(): Promise<{ readonly pixels: Pixels; readonly probabilities: Float32Array }>;
  dispose(): void;
}

/**
 * Begins with noise that the seed decides (Erhan et al. 2009; Olah, Mordvintsev & Schubert 2017,
 * https://distill.pub/2017/feature-visualization).
 */
export type SearchInput = (
  network: LoadedNetwork,
  classIndex: number,
  options: { readonly seed: number },
) => InputSearch;

/** The last layer's inputs for a set of pictures. */
export interface FeatureIndex {
  /** How many of the pictures have been passed through the network. */
  readonly done: number;
  readonly total: number;
  /** Passes the next batch through the network; false when all were before. */
  advance(): Promise<boolean>;
  /** The pictures nearest to an image among those done, nearest first. */
  nearest(image: Pixels, count: number): Promise<readonly Neighbour[]>;
  dispose(): void;
}

export interface Neighbour {
  /** Position in the set of pictures. */
  readonly index: number;
  /** Euclidean distance in the features; 0 for the same picture. */
  readonly distance: number;
}

export type IndexFeatures = (network: LoadedNetwork, pictures: readonly Pixels[]) => FeatureIndex;
