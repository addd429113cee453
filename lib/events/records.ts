/**
 * TFRecord, the framing of an event file: each record is its length (8 bytes), a checksum of that (4), its bytes, and a
 * checksum of these (4), all little-endian.
 * https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */

const lengthBytes = 8;
const checksumBytes = 4;
const frameBytes = lengthBytes + 2 * checksumBytes;

export function framed(record: Uint8Array): Buffer {
  const frame = Buffer.alloc(frameBytes + record.length);
  frame.writeBigUInt64LE(BigInt(record.length));
  frame.writeUInt32LE(maskedChecksum(frame.subarray(0, lengthBytes)), lengthBytes);
  frame.set(record, lengthBytes + checksumBytes);
  frame.writeUInt32LE(maskedChecksum(record), frame.length - checksumBytes);
  return frame;
}

export interface Records {
  readonly records: readonly Uint8Array[];
  /** False if bytes follow that are no whole record: the writer was killed, or the file is damaged from here on. */
  readonly isWhole: boolean;
}

/** @returns the records up to the first that is not whole */
export function unframed(file: Uint8Array): Records {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const records: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const record = recordAt(bytes, at);
    if (!record) return { records, isWhole: false };
    records.push(record);
    at += frameBytes + record.length;
  }
  return { records, isWhole: true };
}

function recordAt(bytes: Buffer, at: number): Uint8Array | undefined {
  const left = bytes.length - at - frameBytes;
  if (left < 0) return undefined;
  const head = bytes.subarray(at, at + lengthBytes);
  if (maskedChecksum(head) !== bytes.readUInt32LE(at + lengthBytes)) return undefined;
  const length = Number(head.readBigUInt64LE());
  if (length > left) return undefined;
  const from = at + lengthBytes + checksumBytes;
  const record = bytes.subarray(from, from + length);
  return maskedChecksum(record) === bytes.readUInt32LE(from + length) ? record : undefined;
}

/** TensorFlow's disguise of a checksum, for data that hold checksums themselves. */
function maskedChecksum(bytes: Uint8Array): number {
  const checksum = crc32c(bytes);
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}

/** Castagnoli's polynomial, its bits in reverse. */
const polynomial = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1;
  return rest;
});

/** CRC-32C; `zlib.crc32` is another polynomial's. */
function crc32c(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) rest = table[(rest ^ byte) & 0xff] ^ (rest >>> 8);
  return (rest ^ 0xffffffff) >>> 0;
}
