/** Chooses the dataset, and loads it. */
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { dataDir } from '../runtime/paths';
import { findBatches, hasBatches, readCifar10 } from './cifar10';
import { NetworkUnreachableError, type Progress, type Timeouts } from './download';
import { fetchCifar10 } from './fetch';
import { exists, isFolder } from './files';
import { datasetDigest } from './hash';
import type { ImageSize } from './image-header';
import { ProgressBar } from './progress';
import { batchesFolder, type Cifar10Release, imageShape, officialRelease } from './release';
import { drawSample, sampleClassNames, sampleCounts, sampleSeed } from './sample';
import { type Environment, setting } from './settings';
import { checkLimit, chooseSubset, takeSubset } from './subset';
import { grouped } from './text';
import type { Dataset, DataSource, ImageSet } from './types';

export interface LoadOptions {
  /**
   * - 'auto': CIFAR-10 from CIFAR10_DIR, else from data/, else downloaded to data/; the built-in sample if
   *   no host can be reached
   * - 'cifar10': the same, but never the sample
   * - 'sample': the built-in sample
   * - a folder: CIFAR-10 batch files, or images under train/<class>/ and test/<class>/
   *
   * Defaults to DATA_SOURCE, and without that to 'auto'.
   */
  readonly source?: string;
  /** How many images to take, stratified by class. Defaults to all. */
  readonly trainLimit?: number;
  readonly testLimit?: number;
  /** Fixes which subset is chosen, or which pictures the built-in sample draws; a whole number from 0 to 2^32 - 1. */
  readonly seed?: number;
  /** Whether to use the network. Defaults to true. */
  readonly download?: boolean;
  /** [height, width] to resize the images of a folder to. */
  readonly imageSize?: ImageSize;
  /** Called while downloading. Defaults to a progress bar in the terminal. */
  readonly onProgress?: (progress: Progress) => void;
  /** Called with what the user should know at once. Defaults to printing it on standard error. */
  readonly onNotice?: (message: string) => void;
}

/** What `loadDataset` depends on besides its options. Tests pass their own. */
export interface Surroundings {
  readonly env: Environment;
  /** Where downloads are kept. */
  readonly dataFolder: string;
  readonly release: Cifar10Release;
  readonly timeouts?: Partial<Timeouts>;
}

const usualSurroundings: Surroundings = { env: process.env, dataFolder: dataDir, release: officialRelease };

/** The name for files that provably come from the official archive, and for nothing else. */
export const CIFAR10_NAME = 'CIFAR-10';
export const SAMPLE_NAME = 'built-in sample';

/**
 * Loads the dataset that `options.source` or the environment names: CIFAR10_DIR (a folder that has the files),
 * CIFAR10_NAME (what to call unverified files), CIFAR10_MIRROR (where else to download from), DATA_SOURCE.
 * A source that is named is loaded, or the call fails; only 'auto' without a network gives the sample.
 * @throws UserError with the value found, what was expected, and what to do
 */
export async function loadDataset(
  options: LoadOptions = {},
  surroundings: Surroundings = usualSurroundings,
): Promise<Dataset> {
  checkSeed(options.seed);
  const source = options.source ?? setting(surroundings.env, 'DATA_SOURCE') ?? 'auto';
  switch (source) {
    case 'sample':
      return loadSample(options);
    case 'cifar10':
      return loadCifar10(await obtainCifar10(options, surroundings), options, surroundings);
    case 'auto':
      return loadAuto(options, surroundings);
    default:
      return loadFolder(source, options, surroundings);
  }
}

/** One line for tables and captions: the name, and how much of it was loaded. */
export function describe(dataset: Dataset): string {
  const part = (set: ImageSet, available: number, noun: string): string => {
    const of = set.count === available ? '' : ` of ${grouped(available)}`;
    return `${grouped(set.count)}${of} ${noun} images`;
  };
  const { name, train, test, available, classNames, imageShape: shape } = dataset;
  return (
    `${name}, ${part(train, available.train, 'training')} and ${part(test, available.test, 'test')}, ` +
    `${classNames.length} classes, ${shape.join('x')}`
  );
}

function checkSeed(seed: number | undefined): void {
  if (seed === undefined || (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) return;
  throw new UserError(`seed is ${seed}; expected a whole number from 0 to ${2 ** 32 - 1}.`);
}

function notify(options: LoadOptions, message: string): void {
  if (options.onNotice) options.onNotice(message);
  else process.stderr.write(`${message}\n`);
}

/** CIFAR-10 is not there, and the caller asked not to download it. */
class DownloadOffError extends UserError {
  override readonly name = 'DownloadOffError';
}

async function loadAuto(options: LoadOptions, surroundings: Surroundings): Promise<Dataset> {
  let folder: string;
  try {
    folder = await obtainCifar10(options, surroundings);
  } catch (error) {
    const isAbsent = error instanceof NetworkUnreachableError || error instanceof DownloadOffError;
    if (!isAbsent) throw error;
    const note = `${error.message} The ${SAMPLE_NAME} serves instead: drawn pictures, not CIFAR-10.`;
    notify(options, note);
    return loadSample(options, note);
  }
  return loadCifar10(folder, options, surroundings);
}

/** @returns the folder with the batch files: the one named, or the one in data/, after a download if needed */
async function obtainCifar10(options: LoadOptions, surroundings: Surroundings): Promise<string> {
  const { dataFolder, release, timeouts } = surroundings;
  const named = setting(surroundings.env, 'CIFAR10_DIR');
  if (named !== undefined) return findBatches(named, 'CIFAR10_DIR');

  const folder = path.join(dataFolder, batchesFolder);
  if (options.download === false) {
    if (exists(folder)) return folder;
    throw new DownloadOffError(
      `CIFAR-10 is not in ${dataFolder}, and downloading is off. Run \`npm run data -- fetch\`, or set ` +
        `CIFAR10_DIR to a folder that has the files.`,
    );
  }
  const bar = new ProgressBar(process.stderr);
  try {
    return await fetchCifar10({
      folder: dataFolder,
      mirror: setting(surroundings.env, 'CIFAR10_MIRROR'),
      release,
      timeouts,
      onProgress: options.onProgress ?? bar.update,
      onNotice: (message) => {
        bar.close();
        notify(options, message);
      },
    });
  } finally {
    bar.close();
  }
}

async function loadCifar10(
  folder: string,
  options: LoadOptions,
  surroundings: Surroundings,
): Promise<Dataset> {
  const { classNames, train, test, verified } = await readCifar10(folder, surroundings.release);
  const reduce = (set: ImageSet, limitName: 'trainLimit' | 'testLimit'): ImageSet => {
    const limit = checkLimit(limitName, options[limitName], set.count, classNames.length);
    if (limit === set.count) return set;
    return takeSubset(set, chooseSubset(set.labels, limit, classNames.length, options.seed ?? 0));
  };
  return {
    ...withDigest(
      { kind: 'cifar10', location: folder },
      { classNames, imageShape, train: reduce(train, 'trainLimit'), test: reduce(test, 'testLimit') },
    ),
    name: verified ? CIFAR10_NAME : unverifiedName(surroundings),
    available: { train: train.count, test: test.count },
  };
}

function unverifiedName(surroundings: Surroundings): string {
  const name = setting(surroundings.env, 'CIFAR10_NAME');
  if (name === CIFAR10_NAME || name === SAMPLE_NAME) {
    throw new UserError(
      `CIFAR10_NAME is "${name}", which is kept for data proved to be that; expected another name, ` +
        `for instance "CIFAR-10, JPEG copy". \`npm run data -- fetch\` gets the proved files.`,
    );
  }
  return name ?? `${CIFAR10_NAME} (unverified copy)`;
}

async function loadFolder(
  source: string,
  options: LoadOptions,
  surroundings: Surroundings,
): Promise<Dataset> {
  const folder = path.resolve(source);
  if (!isFolder(folder)) {
    throw new UserError(
      `The data source is "${source}", and there is no such folder (${folder}); ` +
        `expected 'auto', 'cifar10', 'sample' or a folder of data.`,
    );
  }
  const batches = [folder, path.join(folder, batchesFolder)].find(hasBatches);
  if (batches !== undefined) return loadCifar10(batches, options, surroundings);

  // Imported only here: TensorFlow takes a second and 200 MB to load, and the other sources don't need it.
  const { isImageFolder, listImageFolder, readImages } = await import('./folder');
  if (!isImageFolder(folder)) {
    throw new UserError(
      `The data source "${source}" holds neither CIFAR-10 batch files nor images; ` +
        `expected data_batch_1.bin and the others, or folders train/ and test/ with one folder a class.`,
    );
  }
  const found = listImageFolder(folder);
  const classCount = found.classNames.length;
  const choose = (labels: Uint8Array, limitName: 'trainLimit' | 'testLimit'): Uint32Array => {
    const limit = checkLimit(limitName, options[limitName], labels.length, classCount);
    return chooseSubset(labels, limit, classCount, options.seed ?? 0);
  };
  const trainIndices = choose(found.train.labels, 'trainLimit');
  const testIndices = choose(found.test.labels, 'testLimit');
  const train = await readImages(found.train, trainIndices, options.imageSize);
  const test = await readImages(found.test, testIndices, options.imageSize, train.first);
  return {
    ...withDigest(
      { kind: 'folder', location: folder },
      {
        classNames: found.classNames,
        imageShape: [train.first.height, train.first.width, 3],
        train: train.set,
        test: test.set,
      },
    ),
    name: `images of ${path.basename(folder)}`,
    available: { train: found.train.files.length, test: found.test.files.length },
  };
}

function loadSample(options: LoadOptions, note?: string): Dataset {
  const seed = options.seed ?? sampleSeed;
  const draw = (split: 'train' | 'test', limitName: 'trainLimit' | 'testLimit'): ImageSet => {
    const { usual, most } = sampleCounts[split];
    const asked = options[limitName] ?? usual;
    return drawSample(split, checkLimit(limitName, asked, most, sampleClassNames.length), seed);
  };
  const train = draw('train', 'trainLimit');
  const test = draw('test', 'testLimit');
  return {
    ...withDigest(
      { kind: 'sample', location: `drawn by lib/data/sample.ts, seed ${seed}`, note },
      { classNames: sampleClassNames, imageShape, train, test },
    ),
    name: SAMPLE_NAME,
    available: { train: train.count, test: test.count },
  };
}

type Content = Pick<Dataset, 'classNames' | 'imageShape' | 'train' | 'test'>;

/** Adds the source, whose digest is computed when it is first read. */
function withDigest(origin: Omit<DataSource, 'digest'>, content: Content): Content & { source: DataSource } {
  let digest: string | undefined;
  const source: DataSource = {
    ...origin,
    get digest() {
      digest ??= datasetDigest(content);
      return digest;
    },
  };
  return { ...content, source };
}
