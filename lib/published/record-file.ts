/** Records on disk: `outputs/published/NETWORK/RECIPE-seedN.json`, with a checksum of their own. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { replaceFile } from '../models/weights/replace';
import { completed } from '../recipe';
import { readRunFile, UnreadableError } from '../runs/run-file';
import { DamagedError } from '../runs/sealed-folder';
import { parseSealedJson, sealedJson } from '../runs/sealed-json';
import { codeOf, messageOf, UserError } from '../runtime/errors';
import { outputsDir, shownPath } from '../runtime/paths';
import { recordFormat, type PublishedRecord } from './record';

/** Where the results of this project are kept; committed. */
export const publishedFolder = path.join(outputsDir, 'published');

/** The folder of a network's records, and of its weights. */
export function networkFolder(network: string, folder = publishedFolder): string {
  return path.join(folder, network);
}

/** Path of a record. */
export function recordFile({ network, recipeName, recipe }: Named, folder = publishedFolder): string {
  return path.join(networkFolder(network.name, folder), `${recipeName}-seed${recipe.seed}.json`);
}

type Named = Pick<PublishedRecord, 'network' | 'recipeName' | 'recipe'>;

/** Writes the record, whole or not at all. @returns path of the file */
export async function writeRecord(record: PublishedRecord, folder = publishedFolder): Promise<string> {
  const file = recordFile(record, folder);
  const text = laidOut(JSON.parse(sealedJson(record)));
  await replaceFile(file, (temporary) => fs.promises.writeFile(temporary, `${text}\n`));
  return file;
}

/**
 * All records, by network, recipe and seed.
 * @throws UserError if one is damaged or can't be read
 */
export function readRecords(folder = publishedFolder): PublishedRecord[] {
  return namesIn(folder)
    .flatMap((network) => {
      const inside = networkFolder(network, folder);
      return namesIn(inside)
        .filter((name) => /-seed\d+\.json$/.test(name))
        .map((name) => readRecord(path.join(inside, name)));
    })
    .sort(
      (a, b) =>
        compare(a.network.name, b.network.name) ||
        compare(a.recipeName, b.recipeName) ||
        a.recipe.seed - b.recipe.seed,
    );
}

/**
 * Reads a published file, which git has too.
 * @param check finds what is wrong with its content: the end of a sentence that begins with the file, or undefined
 * @throws UserError that names the file, says what is wrong, and how to get it back
 */
export function readPublished(
  file: string,
  check: (bytes: Buffer) => string | undefined = () => undefined,
): Buffer {
  const broken = (problem: string, cause?: unknown): UserError =>
    new UserError(`${shownPath(file)} ${problem}. \`git checkout -- ${shownPath(file)}\` restores it.`, {
      cause,
    });
  let bytes: Buffer | undefined;
  try {
    bytes = readRunFile(file);
  } catch (error) {
    throw error instanceof UnreadableError ? broken(error.message, error) : error;
  }
  if (!bytes) throw broken('is missing');
  const problem = check(bytes);
  if (problem !== undefined) throw broken(problem);
  return bytes;
}

function readRecord(file: string): PublishedRecord {
  const content = parseSealedJson(readPublished(file, damageOf));
  if (content.format === recordFormat) {
    const record = content as unknown as PublishedRecord;
    return { ...record, recipe: completed(record.recipe) };
  }
  throw new UserError(
    `${shownPath(file)} is of format ${String(content.format)}, and this version of the project reads ${recordFormat}. ` +
      'Use the version that wrote it.',
  );
}

function damageOf(bytes: Buffer): string | undefined {
  try {
    const { format } = parseSealedJson(bytes);
    return typeof format === 'number' ? undefined : 'is damaged: it has no format';
  } catch (error) {
    if (error instanceof DamagedError) return error.message;
    throw error;
  }
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    // A file beside the networks' folders.
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return [];
    throw new UserError(`${shownPath(folder)} cannot be read: ${messageOf(error)}. Check its permissions.`);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The longest object or list that is written in one line: an epoch's row, or a hundred predictions' worth of digits. */
const longestLine = 480;

/** JSON with an epoch, a session or a row of numbers in each line, so that a record can be read and its changes seen. */
function laidOut(value: unknown, indent = ''): string {
  const line = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || (indent !== '' && line.length <= longestLine)) {
    return line;
  }
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const parts = Array.isArray(value)
    ? value.map((each) => laidOut(each, inner))
    : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${laidOut(each, inner)}`);
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`;
}
