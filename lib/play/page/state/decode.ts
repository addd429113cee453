/** Files and their like as pictures. */
import { texts } from '../texts';
import type { Raster } from './raster';

/** Longer sides are scaled down: a network's input is far smaller. */
const largestSide = 1024;

/** Those that browsers decode, of moving ones the first picture. Of a drawing as SVG they make none. */
export const pictureTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/avif', 'image/bmp'];

/** @throws Error with a sentence for the reader if the file holds no picture */
export async function rasterOfFile(file: File): Promise<Raster> {
  // A name without an ending tells no type: what is in it decides.
  if (file.type !== '' && !pictureTypes.includes(file.type))
    throw new Error(texts.errors.notAPicture(file.name, file.type));
  if (file.size === 0) throw new Error(texts.errors.emptyFile(file.name));
  return rasterOfBlob(file).catch(() => {
    throw new Error(texts.errors.brokenPicture(file.name));
  });
}

export async function rasterOfBlob(blob: Blob): Promise<Raster> {
  // Pixels as they are stored, but upright.
  const bitmap = await createImageBitmap(blob, {
    colorSpaceConversion: 'none',
    imageOrientation: 'from-image',
  });
  try {
    return rasterOfDrawable(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

/** Bytes of a PNG, as packs hold them. */
export async function rasterOfPng(base64: string): Promise<Raster> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }), {
    colorSpaceConversion: 'none',
  });
  const raster = pixelsOf(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  return raster;
}

/** A picture scaled down to a workable size; what is transparent becomes white. */
export function rasterOfDrawable(picture: CanvasImageSource, width: number, height: number): Raster {
  const scale = Math.min(1, largestSide / Math.max(width, height));
  return pixelsOf(picture, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
}

function pixelsOf(picture: CanvasImageSource, width: number, height: number): Raster {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, width, height);
  return { width, height, data: context.getImageData(0, 0, width, height).data };
}
