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

/** Widths of a panel in a narrow window, as a still picture and in a wide window, and how much names count that meet there. */
const widths = [
  [300, 0.2],
  [640, 1],
  [1100, 1],
] as const;
/** Less than all of it: axes extend beyond the points. */
const panelHeight = 230;
/** With some room between two lines of text. */
const letter = { width: 6.5, height: 16 } as const;
const radius = 7;
/** How often all names are placed anew; each time they know where the others are. */
const rounds = 8;

/**
 * Gives each name the position next to its point where it covers least of the points, error bars and other names. If
 * several positions are as good, it takes the one towards the middle of the panel.
 * @param points `x` and `y` as fractions of the panel, from its lower left corner; `reach` as a fraction of its height
 */
export function namePlaces(points: readonly NamedPoint[]): NamePlace[] {
  const panels = widths.map(([width, weight]) => {
    const drawn = points.map(({ name, x, y, reach }) => ({
      ...{ name, x: x * width, y: (1 - y) * panelHeight, reach: reach * panelHeight },
    }));
    const taken = drawn.flatMap(({ x, y, reach }) => [around(x, y, radius, radius), around(x, y, 4, reach)]);
    return { width, weight, drawn, taken };
  });
  const places = points.map((point) => choicesFor(point)[0]);
  for (let round = 0; round < rounds; round++) {
    const before = places.join();
    points.forEach((point, i) => {
      const choices = choicesFor(point);
      const costs = choices.map((place) =>
        panels.reduce((sum, { width, weight, drawn, taken }) => {
          const box = nameBox(drawn[i], place);
          const outside = Math.max(0, -box.left) + Math.max(0, box.right - width);
          // In the first round, only the names before this one have their place.
          const others = drawn.flatMap((other, k) =>
            k === i || (round === 0 && k > i) ? [] : [nameBox(other, places[k])],
          );
          const met = [...taken, ...others].reduce((total, other) => total + overlap(box, other), 0);
          return sum + weight * (met + outside * letter.height);
        }, 0),
      );
      places[i] = choices[costs.indexOf(Math.min(...costs))];
    });
    if (places.join() === before) break;
  }
  return places;
}

/** The best first. */
function choicesFor({ x }: NamedPoint): NamePlace[] {
  const [near, far] = x > 0.5 ? (['left', 'right'] as const) : (['right', 'left'] as const);
  return [`top ${near}`, `bottom ${near}`, `top ${far}`, `bottom ${far}`];
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
