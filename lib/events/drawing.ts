import { createRequire } from 'node:module';
import * as path from 'node:path';
import type { OverlayOptions, Sharp } from 'sharp';
import { rgb } from '../show/colour';

/** reveal.js brings it: a server often has no fonts, and a drawing is to look the same everywhere. */
const font = {
  font: 'Source Sans Pro',
  fontfile: path.join(
    path.dirname(createRequire(__filename).resolve('reveal.js/package.json')),
    'dist/theme/fonts/source-sans-pro/source-sans-pro-regular.ttf',
  ),
};

export interface Png {
  readonly png: Uint8Array;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface Text {
  readonly text: string;
  /** Its middle; with `align`, its left or right end. */
  readonly x: number;
  /** Its middle. */
  readonly y: number;
  readonly align?: 'left' | 'right';
  /** Height of the letters with their ascenders, in pixels. */
  readonly size: number;
  /** `#rrggbb` */
  readonly colour: string;
  /** Whether it is read from the bottom to the top. */
  readonly upwards?: boolean;
}

/** A picture in the making: white, then rectangles and images, and texts on top. */
export class Drawing {
  readonly #pixels: Uint8Array;
  readonly #texts: Text[] = [];

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.#pixels = new Uint8Array(3 * width * height).fill(255);
  }

  rectangle({ left, top, width, height }: Box, colour: string): void {
    const channels = rgb(colour);
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) this.#pixels.set(channels, 3 * (y * this.width + x));
    }
  }

  /** @param image three bytes a pixel, row by row. @param scale how wide and high each pixel is drawn */
  image(image: Uint8Array, { left, top, width, height }: Box, scale: number): void {
    for (let y = 0; y < height * scale; y++) {
      for (let x = 0; x < width * scale; x++) {
        const from = 3 * (Math.floor(y / scale) * width + Math.floor(x / scale));
        this.#pixels.set(image.subarray(from, from + 3), 3 * ((top + y) * this.width + left + x));
      }
    }
  }

  text(text: Text): void {
    if (text.text !== '') this.#texts.push(text);
  }

  async png(): Promise<Png> {
    // Only now: loading it takes a while, and most programs that load this file draw nothing.
    const { default: sharp } = await import('sharp');
    const { width, height } = this;
    const texts = await Promise.all(this.#texts.map((text) => placed(text, this)));
    const image = sharp(this.#pixels, { raw: { width, height, channels: 3 } }).composite(texts);
    const png = await bytesOf(image.png({ compressionLevel: 9 }));
    return { png, width, height };
  }
}

/** A text as a picture, cut to what fits into the drawing. */
async function placed(
  { text, x, y, align, size, colour, upwards = false }: Text,
  drawing: { readonly width: number; readonly height: number },
): Promise<OverlayOptions> {
  const { default: sharp } = await import('sharp');
  const markup = `<span foreground="${colour}">${escaped(text)}</span>`;
  const written = { ...font, font: `${font.font} ${size}`, text: markup, rgba: true, dpi: 72 };
  const drawn = await bytesOf(sharp({ text: written }).png());
  const turned = await bytesOf(sharp(drawn).rotate(upwards ? -90 : 0));
  const info = await sharp(turned).metadata();
  const middle = { left: x - info.width / 2, top: y - info.height / 2 };
  if (align === 'left') middle.left = x;
  if (align === 'right') middle.left = x - info.width;
  const left = Math.max(0, Math.round(middle.left));
  const top = Math.max(0, Math.round(middle.top));
  const box = {
    width: Math.min(info.width, drawing.width - left),
    height: Math.min(info.height, drawing.height - top),
  };
  return { input: await bytesOf(sharp(turned).extract({ left: 0, top: 0, ...box })), left, top };
}

function bytesOf(image: Sharp): Promise<Buffer> {
  return image.toBuffer();
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
