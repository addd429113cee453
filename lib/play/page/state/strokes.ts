/** What is painted on a picture with the brush. */
import type { Raster } from './raster';

export interface Stroke {
  /** Red, green and blue, from 0 to 255. */
  readonly colour: readonly [number, number, number];
  /** Diameter, as a share of the picture's width. */
  readonly size: number;
  /** Where the brush went: (0, 0) is the picture's upper left corner, (1, 1) the lower right. */
  readonly points: readonly (readonly [number, number])[];
}

/** Paints strokes over a copy of a picture, with edges as soft as one pixel. */
export function painted(base: Raster, strokes: readonly Stroke[]): Raster {
  if (strokes.length === 0) return base;
  const data = base.data.slice();
  for (const stroke of strokes) {
    const points = stroke.points.map(([x, y]) => [x * base.width, y * base.height] as const);
    const coverage = coverageOf(points, (stroke.size * base.width) / 2, base);
    for (const [pixel, share] of coverage) {
      for (let c = 0; c < 3; c++) {
        const at = pixel * 4 + c;
        data[at] = data[at] * (1 - share) + stroke.colour[c] * share;
      }
    }
  }
  return { ...base, data };
}

/** How much of each pixel the brush covered, by the pixel's index: a stroke that crosses itself covers no more than once. */
function coverageOf(
  points: readonly (readonly [number, number])[],
  radius: number,
  { width, height }: Raster,
): Map<number, number> {
  const coverage = new Map<number, number>();
  points.forEach((point, i) => {
    const before = points[Math.max(0, i - 1)];
    const [left, right] = [Math.min(point[0], before[0]), Math.max(point[0], before[0])];
    const [top, bottom] = [Math.min(point[1], before[1]), Math.max(point[1], before[1])];
    const reach = radius + 1;
    for (let y = Math.max(0, Math.floor(top - reach)); y < Math.min(height, bottom + reach); y++) {
      for (let x = Math.max(0, Math.floor(left - reach)); x < Math.min(width, right + reach); x++) {
        const share = radius + 0.5 - distance([x + 0.5, y + 0.5], before, point);
        if (share <= 0) continue;
        const pixel = y * width + x;
        coverage.set(pixel, Math.max(coverage.get(pixel) ?? 0, Math.min(1, share)));
      }
    }
  });
  return coverage;
}

/** From a point to a line between two points. */
function distance(
  [x, y]: readonly [number, number],
  [fromX, fromY]: readonly [number, number],
  [toX, toY]: readonly [number, number],
): number {
  const [dx, dy] = [toX - fromX, toY - fromY];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - fromX) * dx + (y - fromY) * dy) / length));
  return Math.hypot(x - fromX - along * dx, y - fromY - along * dy);
}
