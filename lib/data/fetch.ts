/** Gets CIFAR-10 into a folder: download, check, unpack, and only then the final name. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { dataDir } from '../runtime/paths';
import { acquireLock } from '../runtime/process-lock';
import { unpackArchive } from './archive';
import { download, type Progress, type Timeouts } from './download';
import { exists, failedTo, isSystemError, sizeOf } from './files';
import { sha256File } from './hash';
import {
  batchBytes,
  batchesFolder,
  type Cifar10Release,
  officialRelease,
  testFile,
  trainFiles,
} from './release';
import { counted, grouped, megabytes } from './text';
import { unprovedFile } from './transfer';

export interface FetchOptions {
  /** Where the files go. Defaults to the project's `data/`. */
  readonly folder?: string;
  /** Base URL of a copy of the archive that is tried first (CIFAR10_MIRROR). Its checksum must be the official one. */
  readonly mirror?: string;
  readonly release?: Cifar10Release;
  readonly timeouts?: Partial<Timeouts>;
  readonly onProgress?: (progress: Progress) => void;
  /** One-line messages: that this waits for another process, and what follows the download. */
  readonly onNotice?: (message: string) => void;
}

const remedy =
  'Connect to the network, or name a copy in CIFAR10_MIRROR, or bring the archive as docs/data.md explains.';

/** All names that fetching uses in a folder. */
function places(folder: string, release: Cifar10Release) {
  return {
    /** The finished dataset. It is put in place by a rename, so if it is there, it is complete. */
    batches: path.join(folder, batchesFolder),
    unpacking: path.join(folder, `${batchesFolder}.unpacking`),
    part: path.join(folder, `${release.archive}.part`),
    /** An archive that the user put here, for a machine without a network. Never removed. */
    brought: path.join(folder, release.archive),
    lock: path.join(folder, '.fetch.lock'),
  };
}

/**
 * Makes sure that `folder` holds CIFAR-10, unpacked from the archive with the release's sha256. Continues a
 * download that was cut off, removes what a killed process left, and does the work once if two processes ask for it.
 * The downloaded archive is removed at the end: the manifest keeps its proof, and it would take 170 MB.
 * @returns the folder with the batch files
 * @throws NetworkUnreachableError when no host could be reached
 * @throws UserError for everything else that the user can fix
 */
export async function fetchCifar10(options: FetchOptions = {}): Promise<string> {
  const { folder = dataDir } = options;
  try {
    return await fetchInto(folder, options);
  } catch (error) {
    throw isSystemError(error) ? failedTo('written', folder, error) : error;
  }
}

async function fetchInto(folder: string, options: FetchOptions): Promise<string> {
  const { release = officialRelease, onNotice } = options;
  const urls = archiveUrls(release, options.mirror);
  const { batches, unpacking, part, brought, lock } = places(folder, release);
  if (exists(batches) && !exists(part)) return batches;

  fs.mkdirSync(folder, { recursive: true });
  const held = await acquireLock(lock, {
    onWait: (pid) => onNotice?.(`Process ${pid} is fetching CIFAR-10 into ${folder}; waiting for it.`),
  });
  try {
    fs.rmSync(unpacking, { recursive: true, force: true });
    if (!exists(batches)) {
      const isBrought = exists(brought);
      await checkFreeSpace(folder, release, isBrought ? release.bytes : sizeOf(part));
      if (!isBrought) {
        if (sizeOf(part) > release.bytes) fs.rmSync(part);
        await download({ ...options, name: 'CIFAR-10', remedy, urls, file: part, bytes: release.bytes });
      }
      const archive = isBrought ? brought : part;
      onNotice?.('Checking and unpacking the archive.');
      await checkArchive(archive, release, isBrought);
      fs.mkdirSync(unpacking);
      await unpackArchive(archive, unpacking, release);
      fs.renameSync(unpacking, batches);
    }
    for (const file of [part, unprovedFile(part)]) fs.rmSync(file, { force: true });
    return batches;
  } catch (error) {
    fs.rmSync(unpacking, { recursive: true, force: true });
    throw error;
  } finally {
    held.release();
  }
}

function archiveUrls(release: Cifar10Release, mirror: string | undefined): string[] {
  const urls = release.hosts.map((host) => new URL(release.archive, host).href);
  if (mirror === undefined) return urls;
  // Without its final slash, the base URL would lose its last part.
  const base = mirror.endsWith('/') ? mirror : `${mirror}/`;
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol)) {
    throw new UserError(
      `CIFAR10_MIRROR is "${mirror}"; expected the http or https address of a folder with ` +
        `${release.archive}, for instance https://example.org/datasets/.`,
    );
  }
  return [new URL(release.archive, base).href, ...urls];
}

async function checkFreeSpace(folder: string, release: Cifar10Release, present: number): Promise<void> {
  const unpacked = batchBytes(release) * (trainFiles.length + [testFile].length);
  const needed = Math.max(0, release.bytes - present) + unpacked;
  const { bavail, bsize } = await fs.promises.statfs(folder);
  const free = bavail * bsize;
  if (free >= needed) return;
  throw new UserError(
    `${folder} has ${megabytes(free)} of free disk space; CIFAR-10 needs ${megabytes(needed)}. ` +
      `Make room, or set CIFAR10_DIR to a folder on another disk that has the files.`,
  );
}

async function checkArchive(archive: string, release: Cifar10Release, isBrought: boolean): Promise<void> {
  const bytes = sizeOf(archive);
  const sum = await sha256File(archive);
  if (bytes === release.bytes && sum === release.sha256) return;
  if (!isBrought) fs.rmSync(archive);
  throw new UserError(
    `${archive} is not the official archive: got ${counted(bytes, 'byte')} with sha256 ${sum}, ` +
      `expected ${grouped(release.bytes)} with ${release.sha256}. ` +
      (isBrought
        ? 'Remove it, or put the right one there.'
        : 'It was removed; run it again to start afresh, if need be without CIFAR10_MIRROR.'),
  );
}
