/**
 * What is published as CIFAR-10, binary version: the archive, and the files in it.
 * Described at https://www.cs.toronto.edu/~kriz/cifar.html
 */

/** A published archive in the CIFAR-10 binary layout. Tests describe small ones of their own. */
export interface Cifar10Release {
  /** File name of the archive, below each host's base URL. */
  readonly archive: string;
  /** Base URLs, in the order they are tried. */
  readonly hosts: readonly string[];
  /** Exact size and checksum of the archive. */
  readonly bytes: number;
  readonly sha256: string;
  /** Records in each batch file. */
  readonly recordsPerFile: number;
}

export const officialRelease: Cifar10Release = {
  archive: 'cifar-10-binary.tar.gz',
  hosts: ['https://www.cs.toronto.edu/~kriz/', 'https://cave.cs.toronto.edu/kriz/'],
  bytes: 170_052_171,
  sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
  recordsPerFile: 10_000,
};

/** The folder in the archive, and the name it keeps on disk. */
export const batchesFolder = 'cifar-10-batches-bin';
export const trainFiles: readonly string[] = [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`);
export const testFile = 'test_batch.bin';
export const classNamesFile = 'batches.meta.txt';
/** In the archive, of no use to a program. */
export const readmeFile = 'readme.html';

/** [height, width, channels] */
export const imageShape = [32, 32, 3] as const;
export const classCount = 10;
/** Bytes of one colour plane, of one image, and of one record: a label, then a red, a green and a blue plane. */
export const planeBytes = 32 * 32;
export const imageBytes = 3 * planeBytes;
export const recordBytes = 1 + imageBytes;

/** Size of a batch file of `release`. */
export function batchBytes(release: Cifar10Release): number {
  return release.recordsPerFile * recordBytes;
}
