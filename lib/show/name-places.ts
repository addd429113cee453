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
/** A name further from its best position counts as if it covered so many pixels. */
const reluctance = 0.1;
/** As many points are placed in all possible ways; with more, each name in turn. */
const tried = 6;
const rounds = 8;

/**
 * Gives the names the positions next to their points where they cover least of the points, error bars and other names.
 * If several positions are as good, a name takes the one towards the middle of the panel.
 * @param points `x` and `y` as fractions of the panel, from its lower left corner; `reach` as a fraction of its height
 */
export function namePlaces(points: readonly NamedPoint[]): NamePlace[] {
  const choices = points.map(choicesFor);
  const { alone, together } = costsOf(points, choices);
  /** What a name costs among the others, those before `end`. */
  const cost = (i: number, choice: number, chosen: readonly number[], end: number): number => {
    let sum = alone[i][choice];
    for (let k = 0; k < end; k++) if (k !== i) sum += together[i][choice][k][chosen[k]];
    return sum;
  };
  const chosen = points.length <= tried ? best(points.length, cost) : settled(points.length, cost);
  return chosen.map((choice, i) => choices[i][choice]);
}

type CostOf = (i: number, choice: number, chosen: readonly number[], end: number) => number;

/** Tries all choices, and gives up on those that cost more already than the best so far. */
function best(count: number, cost: CostOf): number[] {
  let [found, lowest]: [number[], number] = [[], Infinity];
  const extend = (chosen: readonly number[], sum: number): void => {
    if (sum >= lowest) return;
    if (chosen.length === count) {
      [found, lowest] = [[...chosen], sum];
      return;
    }
    for (let choice = 0; choice < 4; choice++) {
      extend([...chosen, choice], sum + cost(chosen.length, choice, chosen, chosen.length));
    }
  };
  extend([], 0);
  return found;
}

/** Places one name after the other, and all of them again until none moves. */
function settled(count: number, cost: CostOf): number[] {
  const chosen = new Array<number>(count).fill(0);
  for (let round = 0; round < rounds; round++) {
    const before = chosen.join();
    for (let i = 0; i < count; i++) {
      const costs = [0, 1, 2, 3].map((choice) => cost(i, choice, chosen, round === 0 ? i : count));
      chosen[i] = costs.indexOf(Math.min(...costs));
    }
    if (chosen.join() === before) break;
  }
  return chosen;
}

/** What each choice covers of points and error bars, and of each choice of each other name: on all panels. */
function costsOf(
  points: readonly NamedPoint[],
  choices: readonly (readonly NamePlace[])[],
): { alone: number[][]; together: number[][][][] } {
  const panels = widths.map(([width, weight]) => {
    const drawn = points.map(({ name, x, y, reach }) => ({
      ...{ name, x: x * width, y: (1 - y) * panelHeight, reach: reach * panelHeight },
    }));
    const taken = drawn.flatMap(({ x, y, reach }) => [around(x, y, radius, radius), around(x, y, 4, reach)]);
    const boxes = drawn.map((point, i) => choices[i].map((place) => nameBox(point, place)));
    return { width, weight, taken, boxes };
  });
  const total = (of: (panel: (typeof panels)[number]) => number): number =>
    panels.reduce((sum, panel) => sum + panel.weight * of(panel), 0);
  const each = <T>(value: (i: number, choice: number) => T): T[][] =>
    choices.map((own, i) => own.map((_, choice) => value(i, choice)));
  return {
    alone: each(
      (i, choice) =>
        choice * reluctance +
        total(({ width, taken, boxes }) => {
          const box = boxes[i][choice];
          const outside = Math.max(0, -box.left) + Math.max(0, box.right - width);
          return taken.reduce((sum, other) => sum + overlap(box, other), outside * letter.height);
        }),
    ),
    together: each((i, choice) =>
      each((k, other) => total(({ boxes }) => overlap(boxes[i][choice], boxes[k][other]))),
    ),
  };
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
