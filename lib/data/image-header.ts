/** Reads the header of an image file: its format and size. */

/** [height, width] */
export type ImageSize = readonly [number, number];

const pngSignature = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const jpegSignature = Buffer.of(0xff, 0xd8, 0xff);

/** JPEG or PNG by the first bytes; TensorFlow would also take GIF and BMP, whatever the name says. */
export function isJpegOrPng(bytes: Buffer): boolean {
  return begins(bytes, pngSignature) || begins(bytes, jpegSignature);
}

/** The size that the header of a JPEG or PNG states; undefined if it states none. */
export function statedSize(bytes: Buffer): ImageSize | undefined {
  if (begins(bytes, jpegSignature)) return jpegSize(bytes);
  return begins(bytes, pngSignature) && bytes.length >= 24
    ? [bytes.readUInt32BE(20), bytes.readUInt32BE(16)]
    : undefined;
}

function begins(bytes: Buffer, signature: Buffer): boolean {
  return bytes.subarray(0, signature.length).equals(signature);
}

/** The start-of-frame markers; three in their range mean something else (ITU T.81, table B.1). */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** Follows the segments: each is 0xff, a marker, and a length that includes its own two bytes. */
function jpegSize(bytes: Buffer): ImageSize | undefined {
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1];
    // Any number of bytes 0xff may stand before a marker.
    if (marker === 0xff) at += 1;
    else if (isStartOfFrame(marker)) return [bytes.readUInt16BE(at + 5), bytes.readUInt16BE(at + 7)];
    else at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
