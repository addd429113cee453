/** Unpacks the CIFAR-10 archive, and nothing else: every entry must be one of the files that belong in it. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Parser, type ReadEntry } from 'tar';
import { messageOf, UserError } from '../runtime/errors';
import { writeManifest } from './manifest';
import {
  batchBytes,
  batchesFolder,
  type Cifar10Release,
  classNamesFile,
  readmeFile,
  testFile,
  trainFiles,
} from './release';
import { counted, grouped } from './text';

const batchFiles = [...trainFiles, testFile];
const expectedFiles = [...batchFiles, classNamesFile, readmeFile];
const requiredFiles = [...batchFiles, classNamesFile];

/** No text file of the archive comes near this; a larger one would only fill the disk. */
const MAX_TEXT_BYTES = 1 << 20;

/**
 * Unpacks `archive` into `folder`, flat, with a manifest of what was written. No name from the archive is ever
 * used as a path: an entry is one of the expected files, or the archive is rejected.
 * @param folder an existing, empty folder
 * @throws UserError naming the entry that does not belong, or what is missing
 */
export async function unpackArchive(archive: string, folder: string, release: Cifar10Release): Promise<void> {
  const sums = new Map<string, string>();
  const refuse = (reason: string): UserError => new UserError(`${archive} is refused: ${reason}.`);
  let failure: Error | undefined;

  const writeEntry = (entry: ReadEntry): void => {
    const name = checkEntry(entry, release, refuse);
    if (name === undefined) {
      entry.resume();
      return;
    }
    // 'wx': a second entry of the same name is rejected, like an unknown one.
    if (sums.has(name)) throw refuse(`it has two entries "${entry.path}"`);
    sums.set(name, '');
    const file = fs.openSync(path.join(folder, name), 'wx');
    const hash = createHash('sha256');
    entry.on('data', (chunk: Buffer) => {
      // Synchronous, so that neither chunks nor entries pile up in memory.
      fs.writeSync(file, chunk);
      hash.update(chunk);
    });
    entry.on('end', () => {
      fs.closeSync(file);
      sums.set(name, hash.digest('hex'));
    });
  };

  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      // The parser must not see an exception; it would go on in the middle of the entry.
      try {
        if (failure) entry.resume();
        else writeEntry(entry);
      } catch (error) {
        failure = error as Error;
        entry.resume();
      }
    },
  });
  parser.on('error', (error: Error) => {
    failure ??= refuse(`it is not a readable tar.gz archive (${messageOf(error)})`);
  });
  const ended = new Promise<void>((resolve) => parser.on('end', resolve));

  for await (const chunk of fs.createReadStream(archive, { highWaterMark: 1 << 20 })) {
    parser.write(chunk as Buffer);
    if (failure) throw failure;
  }
  parser.end();
  if (!failure) await ended;
  if (failure) throw failure;

  const missing = requiredFiles.filter((name) => !sums.get(name));
  if (missing.length > 0) throw refuse(`it lacks ${missing.join(', ')}`);
  writeManifest(folder, { archive: release.sha256, files: Object.fromEntries(sums) });
}

/** @returns the file name of an expected entry; undefined for the folder itself, which isn't written */
function checkEntry(
  entry: ReadEntry,
  release: Cifar10Release,
  refuse: (reason: string) => UserError,
): string | undefined {
  if (entry.type === 'Directory' && entry.path === `${batchesFolder}/`) return undefined;
  const name = expectedFiles.find((file) => entry.path === `${batchesFolder}/${file}`);
  const isFile = entry.type === 'File' || entry.type === 'OldFile';
  if (name === undefined || !isFile) {
    throw refuse(
      `entry "${entry.path}" (${entry.type}) does not belong in it; ` +
        `expected only the files ${expectedFiles.join(', ')} in ${batchesFolder}/`,
    );
  }
  const expected = batchFiles.includes(name) ? batchBytes(release) : undefined;
  if (expected !== undefined && entry.size !== expected) {
    throw refuse(`entry "${entry.path}" has ${counted(entry.size, 'byte')}, expected ${grouped(expected)}`);
  }
  if (entry.size > MAX_TEXT_BYTES && expected === undefined) {
    throw refuse(`entry "${entry.path}" has ${counted(entry.size, 'byte')}, too many for a text`);
  }
  return name;
}
