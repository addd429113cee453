/** Reads CIFAR-10 in its binary layout. All of it or an error: no partial dataset is ever returned. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { exists, expectReadableFile, isFolder } from './files';
import { sha256 } from './hash';
import { expectedSum, type Manifest, manifestFile, readManifest } from './manifest';
import {
  batchBytes,
  batchesFolder,
  type Cifar10Release,
  classCount,
  classNamesFile,
  imageBytes,
  officialRelease,
  planeBytes,
  recordBytes,
  testFile,
  trainFiles,
} from './release';
import { counted, grouped } from './text';
import type { ImageSet } from './types';

export interface Cifar10Files {
  /** The folder that the files were read from. */
  readonly folder: string;
  readonly classNames: readonly string[];
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** Every file has the sha256 that the checked archive of `release` gave it. */
  readonly verified: boolean;
}

const remedy =
  'Get the files again from the official archive: remove the folder and run `npm run data -- fetch`.';

/**
 * Finds the batch files in `place` itself or in `cifar-10-batches-bin` below it.
 * @param name what the user calls the place, for the message: 'CIFAR10_DIR'
 * @throws UserError if `place` is not a folder, or has none of the batch files
 */
export function findBatches(place: string, name: string): string {
  const folder = path.resolve(place);
  if (!isFolder(folder)) {
    throw new UserError(
      `${name} is "${place}", and there is no such folder (${folder}); ` +
        `expected a folder with ${trainFiles[0]}, or the one above it.`,
    );
  }
  const found = [folder, path.join(folder, batchesFolder)].find(hasBatches);
  if (found !== undefined) return found;
  throw new UserError(
    `${name} is "${place}", which holds no CIFAR-10 in the binary layout; ` +
      `expected ${[...trainFiles, testFile].join(', ')} and ${classNamesFile} there or in ${batchesFolder}/ below.`,
  );
}

/** Whether at least one batch file is in `folder`: then it is meant to be CIFAR-10, and errors say what is missing. */
export function hasBatches(folder: string): boolean {
  return [...trainFiles, testFile].some((file) => exists(path.join(folder, file)));
}

function checkPresent(folder: string): void {
  const missing = [...trainFiles, testFile, classNamesFile].filter(
    (file) => !exists(path.join(folder, file)),
  );
  if (missing.length === 0) return;
  throw new UserError(`${folder} is incomplete: ${missing.join(', ')} missing. ${remedy}`);
}

function checkSum(file: string, bytes: Uint8Array, manifest: Manifest | undefined): void {
  if (!manifest) return;
  const expected = expectedSum(manifest, file);
  const got = sha256(bytes);
  if (got === expected) return;
  throw new UserError(
    `${file} was changed or damaged since it was unpacked: sha256 is ${got}, ` +
      `expected ${expected ?? 'an entry'} (in ${manifestFile} beside it). ${remedy}`,
  );
}

function readClassNames(file: string, manifest: Manifest | undefined): readonly string[] {
  expectReadableFile(file);
  const bytes = fs.readFileSync(file);
  checkSum(file, bytes, manifest);
  // The official file ends with blank lines.
  const names = bytes
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (names.length === classCount && new Set(names).size === classCount) return names;
  throw new UserError(
    `${file} names ${counted(names.length, 'class', 'classes')} (${names.join(', ')}); ` +
      `expected ${classCount} different names, one a line. ${remedy}`,
  );
}

/** Fills `buffer` from `file`, whose size must equal the buffer's. */
async function readExactly(file: string, buffer: Buffer): Promise<void> {
  expectReadableFile(file);
  const handle = await fs.promises.open(file, 'r');
  try {
    const { size } = await handle.stat();
    if (size !== buffer.length) {
      throw new UserError(
        `${file} has ${counted(size, 'byte')}; expected ${grouped(buffer.length)} ` +
          `(${grouped(buffer.length / recordBytes)} records of ${grouped(recordBytes)} bytes). ${remedy}`,
      );
    }
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await handle.read(buffer, filled, size - filled, filled);
      if (bytesRead === 0) {
        throw new UserError(`${file} became shorter while it was read. ${remedy}`);
      }
      filled += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

/** Turns one planar record after another (label, reds, greens, blues) into interleaved pixels and labels. */
function unpackRecords(file: string, records: Uint8Array, images: Uint8Array, labels: Uint8Array): void {
  for (let record = 0, from = 0, to = 0; record < labels.length; record++, from += recordBytes) {
    const label = records[from];
    if (label >= classCount) {
      throw new UserError(
        `${file}: record ${grouped(record + 1)} (at byte ${grouped(from)}) has label ${label}; ` +
          `expected 0 to ${classCount - 1}. ${remedy}`,
      );
    }
    labels[record] = label;
    const firstRed = from + 1;
    for (let red = firstRed; red < firstRed + planeBytes; red++, to += 3) {
      images[to] = records[red];
      images[to + 1] = records[red + planeBytes];
      images[to + 2] = records[red + 2 * planeBytes];
    }
  }
}

/**
 * Reads and checks the whole dataset: sizes, labels, class names, and if there is a manifest beside the files,
 * their sha256. Reads one batch file at a time, so that memory peaks at one file above the result.
 * @param folder as `findBatches` returns it
 * @returns images uint8 [count, 32, 32, 3]
 * @throws UserError naming the file and what was expected
 */
export async function readCifar10(
  folder: string,
  release: Cifar10Release = officialRelease,
): Promise<Cifar10Files> {
  checkPresent(folder);
  const manifest = readManifest(folder);
  const classNames = readClassNames(path.join(folder, classNamesFile), manifest);
  const buffer = Buffer.allocUnsafe(batchBytes(release));
  const perFile = release.recordsPerFile;

  const readSet = async (files: readonly string[]): Promise<ImageSet> => {
    const count = files.length * perFile;
    const images = new Uint8Array(count * imageBytes);
    const labels = new Uint8Array(count);
    for (const [i, name] of files.entries()) {
      const file = path.join(folder, name);
      await readExactly(file, buffer);
      checkSum(file, buffer, manifest);
      unpackRecords(
        file,
        buffer,
        images.subarray(i * perFile * imageBytes, (i + 1) * perFile * imageBytes),
        labels.subarray(i * perFile, (i + 1) * perFile),
      );
    }
    return { images, labels, count };
  };

  return {
    folder,
    classNames,
    train: await readSet(trainFiles),
    test: await readSet([testFile]),
    verified: manifest?.archive === release.sha256,
  };
}
