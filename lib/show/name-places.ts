/** Positions for the names of a figure's points that do not overlap. */
import type { PointTrace } from './figure';

type NamePlace = PointTrace['textposition'];

/** A point with a name, in pixels: `x` from the left, `y` from the top. */
interface NamedPoint {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** How far its error bar extends upwards and downwards. */
  readonly reach: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The narrowest panel that is drawn: names that fit there fit on any other. */
const panel = { width: 300, height: 270 } as const;
const letter = { width: 6, height: 13 } as const;
const radius = 7;

/**
 * Gives each name in turn the position next to its point where it covers least of the points, error bars and other
 * names. If several positions are free, it takes the one towards the middle of the panel.
 * @param points `x` and `y` as fractions of the panel, from its lower left corner; `reach` as a fraction of its height
 */
export function namePlaces(points: readonly NamedPoint[]): NamePlace[] {
  const drawn = points.map(({ name, x, y, reach }) => ({
    ...{ name, x: x * panel.width, y: (1 - y) * panel.height, reach: reach * panel.height },
  }));
  const taken = drawn.flatMap(({ x, y, reach }) => [around(x, y, radius, radius), around(x, y, 4, reach)]);
  return drawn.map((point): NamePlace => {
    const [near, far] =
      point.x > panel.width / 2 ? (['left', 'right'] as const) : (['right', 'left'] as const);
    const places: NamePlace[] = [`top ${near}`, `bottom ${near}`, `top ${far}`, `bottom ${far}`];
    const costs = places.map((place) => {
      const box = nameBox(point, place);
      const outside = Math.max(0, -box.left) + Math.max(0, box.right - panel.width);
      return taken.reduce((sum, other) => sum + overlap(box, other), outside * letter.height);
    });
    const best = places[costs.indexOf(Math.min(...costs))];
    taken.push(nameBox(point, best));
    return best;
  });
}

function nameBox({ name, x, y }: NamedPoint, place: NamePlace): Box {
  const width = name.length * letter.width;
  const left = place.endsWith('right') ? x + radius : x - radius - width;
  const top = place.startsWith('top') ? y - radius - letter.height : y + radius;
  return { left, right: left + width, top, bottom: top + letter.height };
}

function around(x: number, y: number, width: number, height: number): Box {
  return { left: x - width, right: x + width, top: y - height, bottom: y + height };
}

/** The area of the overlap of two boxes. */
function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return Math.max(0, width) * Math.max(0, height);
}
