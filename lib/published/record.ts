/** What a published result consists of: a JSON file for each network, recipe and seed, made from the folder of a run. */
import type { NetworkOptions } from '../models/network';
import type { KernelType } from '../models/weights/quantise';
import type { StoredEvaluation, ViewsResult } from '../runs/evaluation';
import type { History } from '../runs/history';
import type { RunSettings, Session } from '../runs/run-files';

/** The format of a record. */
export const recordFormat = 1;

/** How a network did on the test images. */
export interface PublishedTest extends Omit<StoredEvaluation, 'predictions' | 'confidences' | 'views'> {
  /** The most probable class of each image, in the order of the images: one character each, the class in base 36. */
  readonly predictions: string;
  /** The same for several views of each image, if they were measured. */
  readonly views?: Omit<ViewsResult, 'predictions' | 'confidences'> & { readonly predictions: string };
}

/** The published weights of a network, and how they do. */
export interface PublishedWeights {
  /** How kernels are stored. */
  readonly kernels: KernelType;
  /** By their names, beside the record. */
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
  /** Of the network with the weights as they are stored, on the test images of the record. */
  readonly test: PublishedTest;
  /** What the network gives for the pictures of `pictures.bin`, to check loading where there is no dataset. */
  readonly pictures: {
    /** Of the file. */
    readonly sha256: string;
    /** A row for each picture, a column for each class. */
    readonly probabilities: readonly (readonly number[])[];
  };
}

export interface PublishedRecord {
  readonly format: typeof recordFormat;
  /** The network's name, the recipe's and the seed: `vgg16-best-seed1`. */
  readonly name: string;
  readonly network: RunSettings['network'];
  /** What the network is built with, beside the shape of the images, the number of classes and the seed. */
  readonly networkOptions: NetworkOptions;
  /** The name of its recipe. */
  readonly recipeName: string;
  readonly dataset: RunSettings['dataset'] & {
    /** Of the test images alone. */
    readonly testDigest: string;
    readonly classNames: readonly string[];
    readonly imageShape: readonly [number, number, number];
  };
  readonly engine: string;
  /** In full, with the seed: what `npm run reproduce` trains by. */
  readonly recipe: RunSettings['recipe'];
  /** When the run was created, in ISO 8601. */
  readonly created: string;
  /** sha256 of the weights that training began with. */
  readonly initialWeights: string | null;
  /** The processes that trained it, with commit, versions and device. */
  readonly sessions: readonly Session[];
  /** Without the recipe, which is above. */
  readonly history: Omit<History, 'recipe'>;
  /** Floating-point operations of its training, in PFLOP: two for each multiplication with its addition. */
  readonly petaflops: number;
  readonly test: PublishedTest;
  /** Missing if the weights are not published. */
  readonly weights?: PublishedWeights;
}

/** Base 36 has no more digits. */
export const mostClasses = 36;

/** @param predictions classes below `mostClasses` */
export function digits(predictions: ArrayLike<number>): string {
  return Array.from(predictions, (predicted) => predicted.toString(mostClasses)).join('');
}

/** The classes that `digits` wrote. */
export function predictionsOf({ predictions }: Pick<PublishedTest, 'predictions'>): Int32Array {
  return Int32Array.from(predictions, (digit) => parseInt(digit, mostClasses));
}
