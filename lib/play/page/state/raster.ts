/** Pictures as pixels of the page's own, apart from any canvas: arithmetic that gives the same numbers everywhere. */

/** A picture of any size; opaque. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4], red, green, blue and alpha from 0 to 255. */
  readonly data: Uint8ClampedArray;
}

/** A part of a picture, in its pixels; corners may lie between them. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function blankRaster(width: number, height: number, shade = 255): Raster {
  return { width, height, data: new Uint8ClampedArray(width * height * 4).fill(shade) };
}

export function wholeFrame({ width, height }: Raster): Frame {
  return { x: 0, y: 0, width, height };
}

/** The largest frame of a shape that fits into a picture, in its middle. */
export function centredFrame(raster: Raster, aspect: number): Frame {
  const width = Math.min(raster.width, raster.height * aspect);
  const height = width / aspect;
  return { x: (raster.width - width) / 2, y: (raster.height - height) / 2, width, height };
}

/** The frame nearest to the one given that lies inside the picture and keeps its shape. */
export function frameInside(frame: Frame, raster: Raster): Frame {
  const scale = Math.min(1, raster.width / frame.width, raster.height / frame.height);
  const [width, height] = [frame.width * scale, frame.height * scale];
  return {
    x: clamp(frame.x, 0, raster.width - width),
    y: clamp(frame.y, 0, raster.height - height),
    width,
    height,
  };
}

/**
 * Scales the part inside a frame to a size: each new pixel is the mean of the area it covers where that is larger than one
 * pixel, and the nearest pixel where it is smaller, so that a picture at its own size stays as it is.
 */
export function scaled(source: Raster, frame: Frame, width: number, height: number): Raster {
  const columns = spans(frame.x, frame.width, width, source.width);
  const rows = spans(frame.y, frame.height, height, source.height);
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = rows[y];
    for (let x = 0; x < width; x++) {
      const [left, right] = columns[x];
      let [red, green, blue] = [0, 0, 0];
      for (let sy = top; sy < bottom; sy++) {
        for (let sx = left; sx < right; sx++) {
          const at = (sy * source.width + sx) * 4;
          red += source.data[at];
          green += source.data[at + 1];
          blue += source.data[at + 2];
        }
      }
      const count = (bottom - top) * (right - left);
      const at = (y * width + x) * 4;
      data[at] = red / count;
      data[at + 1] = green / count;
      data[at + 2] = blue / count;
      data[at + 3] = 255;
    }
  }
  return { width, height, data };
}

/** For each new pixel along one side, the first pixel that it covers and the one after the last; at least one. */
function spans(start: number, length: number, count: number, limit: number): (readonly [number, number])[] {
  const step = length / count;
  return Array.from({ length: count }, (_, i) => {
    const from = clamp(Math.floor(start + i * step + 1e-6), 0, limit - 1);
    const to = clamp(Math.floor(start + (i + 1) * step + 1e-6), from + 1, limit);
    return [from, step <= 1 ? from + 1 : to] as const;
  });
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
