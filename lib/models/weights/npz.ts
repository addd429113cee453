/**
 * Reads numpy's .npz: a zip of one .npy for each array
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html,
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT). Only what weights need: float32 in row-major
 * order, stored or deflated, below 4 GiB.
 */
import * as fs from 'node:fs/promises';
import { inflateRawSync } from 'node:zlib';
import { UserError } from '../../runtime/errors';
import { product } from '../costs';
import type { NamedArray } from './named';

/**
 * Reads all arrays of an .npz by their names.
 * @throws UserError if the file is no .npz, is damaged, or holds other numbers than float32
 */
export async function readNpz(file: string): Promise<Map<string, NamedArray>> {
  const zip = await fs.readFile(file);
  const arrays = new Map<string, NamedArray>();
  try {
    for (const { name, bytes } of entries(zip)) {
      arrays.set(name.replace(/\.npy$/, ''), parseNpy(name, bytes));
    }
  } catch (error) {
    // Reading past the end of a cut-off file is a RangeError, bad deflate data an Error.
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${file} cannot be read as an .npz of float32 arrays: ${reason}`, { cause: error });
  }
  return arrays;
}

const endSignature = 0x06054b50;
const directorySignature = 0x02014b50;

interface Entry {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Follows the directory at the end of the zip: the headers before each file may lack its size. */
function* entries(zip: Buffer): Generator<Entry> {
  const end = zip.lastIndexOf(Buffer.from(Uint32Array.of(endSignature).buffer));
  if (end < 0) throw new Error('it is no zip file, or its end is missing');
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    if (zip.readUInt32LE(at) !== directorySignature) throw new Error('its directory is damaged');
    const method = zip.readUInt16LE(at + 10);
    const size = zip.readUInt32LE(at + 20);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      zip.readUInt16LE(at + field),
    );
    const header = zip.readUInt32LE(at + 42);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    yield { name, bytes: unpack(method, zip.subarray(start, start + size)) };
    at += 46 + nameLength + extraLength + commentLength;
  }
}

function unpack(method: number, packed: Buffer): Buffer {
  if (method === 0) return packed;
  if (method === 8) return inflateRawSync(packed);
  throw new Error(`it is compressed by a method (${method}) that is not supported here`);
}

const magic = '\x93NUMPY';

/** @returns the array with a copy of its values: views of a file's bytes are not aligned to four */
function parseNpy(name: string, bytes: Buffer): NamedArray {
  if (bytes.toString('latin1', 0, magic.length) !== magic) throw new Error(`"${name}" is no .npy array`);
  // Version 1 gives the header's length in two bytes, later ones in four.
  const [length, start] = bytes[6] === 1 ? [bytes.readUInt16LE(8), 10] : [bytes.readUInt32LE(8), 12];
  const header = bytes.toString('latin1', start, start + length);
  const field = (key: string, pattern: string): string =>
    new RegExp(`'${key}': ${pattern}`).exec(header)?.[1] ?? '';
  const type = field('descr', "'([^']*)'");
  if (type !== '<f4') throw new Error(`"${name}" holds numbers of type ${type}, not float32 (<f4)`);
  if (field('fortran_order', '(\\w+)') !== 'False') throw new Error(`"${name}" is in column-major order`);
  const shape = field('shape', '\\(([^)]*)\\)').split(',').filter(Boolean).map(Number);
  const data = bytes.subarray(start + length);
  if (data.length !== 4 * product(shape)) throw new Error(`"${name}" has ${data.length} bytes of data`);
  return { shape, values: new Float32Array(Uint8Array.from(data).buffer) };
}
