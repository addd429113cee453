/**
 * Shapes as signed distances, and their places. Only + - * / and square roots are used: see ../sample.ts.
 */
import type { Random } from '../random';

/** Width and height of a picture in pixels. */
export const SIZE = 32;
const CENTRE = SIZE / 2;

/** How much of a pixel with its centre at (x, y) is covered, 0 to 1. */
export type Mask = (x: number, y: number) => number;

/** Signed distance in pixels from (x, y) to an outline: negative inside. */
export type Distance = (x: number, y: number) => number;

/** A distance as coverage: the edge is one pixel wide. */
export function coverage(distance: number): number {
  return Math.min(1, Math.max(0, 0.5 - distance));
}

/**
 * A direction as [cosine, sine], by the rational points of the circle.
 * @param t 0 for no turn; from -1 to 1 for a turn between -90 and 90 degrees
 */
export function direction(t: number): readonly [number, number] {
  const square = t * t;
  return [(1 - square) / (1 + square), (2 * t) / (1 + square)];
}

/** Where a figure lies: maps a pixel to the figure's own coordinates. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly cos: number;
  readonly sin: number;
}

export function place(random: Random, reach: number, turn: number): Place {
  const [cos, sin] = direction(random.between(-turn, turn));
  return { x: CENTRE + random.between(-reach, reach), y: CENTRE + random.between(-reach, reach), cos, sin };
}

/** Draws `distance`, given around the origin, at a place. */
export function placed({ x, y, cos, sin }: Place, distance: Distance): Distance {
  return (px, py) => {
    const dx = px - x;
    const dy = py - y;
    return distance(cos * dx + sin * dy, cos * dy - sin * dx);
  };
}

/**
 * Distance to a polygon: to its nearest edge, with the sign from crossing edges on the way out.
 * @param corners x and y in turn
 */
export function polygon(corners: readonly number[]): Distance {
  return (x, y) => {
    let nearest = Infinity;
    let inside = false;
    for (let i = 0, j = corners.length - 2; i < corners.length; j = i, i += 2) {
      const ax = corners[i];
      const ay = corners[i + 1];
      const ex = corners[j] - ax;
      const ey = corners[j + 1] - ay;
      const px = x - ax;
      const py = y - ay;
      const along = Math.min(1, Math.max(0, (px * ex + py * ey) / (ex * ex + ey * ey)));
      const dx = px - ex * along;
      const dy = py - ey * along;
      nearest = Math.min(nearest, dx * dx + dy * dy);
      if (ay > y !== corners[j + 1] > y && px < (ex * py) / ey) inside = !inside;
    }
    return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
  };
}

/** Distance to the nearest of bars that repeat every `period`, each `width` wide. */
export function bars(position: number, period: number, width: number): number {
  const turns = position / period;
  return Math.abs(turns - Math.floor(turns) - 0.5) * period - width / 2;
}
