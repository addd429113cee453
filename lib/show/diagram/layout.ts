import type { Fork, Sequence, Step, Unit } from '../../models/structure';
import { labelOf, shapeOf, type Label } from './labels';

/** The parts of a diagram, with coordinates in pixels. */
export type Part = Box | Arrow | Frame | Note;

export interface Box extends Label {
  readonly kind: 'box';
  /** Horizontal centre. */
  readonly x: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly times: number;
}

export interface Arrow {
  readonly kind: 'arrow';
  readonly points: readonly Point[];
  /** Whether it has an arrowhead; false if it leads into another arrow. */
  readonly headed: boolean;
}

/** A frame around a part that is repeated. */
export interface Frame {
  readonly kind: 'frame';
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly text: string;
}

export interface Note {
  readonly kind: 'note';
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly anchor: 'start' | 'middle';
}

export interface Diagram {
  readonly width: number;
  readonly height: number;
  readonly parts: readonly Part[];
}

/** Vertical space between boxes, for an arrow. */
const gap = 18;
/** Horizontal space between branches. */
const between = 12;
/** Space beside a column for the shapes. */
const shapeRoom = 112;
/** As wide as a notebook's page allows, and about as high as a screen. */
const widest = 980;
const highest = 560;

type Point = readonly [number, number];

/** A drawing with coordinates relative to its vertical axis and its own top. */
interface Drawing {
  /** Whether it starts by branching. */
  readonly forks: boolean;
  readonly left: number;
  readonly right: number;
  readonly height: number;
  readonly parts: readonly Part[];
}

/** A step of the main sequence, with its output shape and the height at which to write it. */
interface Row extends Drawing {
  readonly shape: string;
  readonly shapeAt: number;
}

/**
 * Lays out a network from top to bottom, in several columns if it is long.
 * @param image text above the first box
 */
export function layOut(sequence: Sequence, image: string): Diagram {
  const rows = sequence.map(rowOf);
  const left = Math.max(...rows.map((row) => row.left));
  const right = Math.max(...rows.map((row) => row.right));
  const total = rows.reduce((sum, row) => sum + row.height + gap, 0);
  const columnWidth = left + right + shapeRoom;
  const columns = Math.max(1, Math.min(Math.floor(widest / columnWidth), Math.ceil(total / highest)));

  const parts: Part[] = [{ kind: 'note', x: left, y: 12, text: image, anchor: 'middle' }];
  let lowest = 0;
  let used = 0;
  let before: { x: number; bottom: number } | undefined;
  let next = 0;
  const top = 20;
  for (let column = 0; column < columns; column++) {
    const x = column * columnWidth + left;
    let y = top;
    let noted = '';
    const first = next;
    for (; next < rows.length; next++) {
      const row = rows[next];
      const isFull = used + row.height / 2 > (total * (column + 1)) / columns;
      if (next > first && column < columns - 1 && isFull) break;
      if (before && next === first) parts.push(turn(row, before, [x, y], columnWidth - left - 14));
      else parts.push(into(row, [x, y], [x, y + gap]));
      y += gap;
      parts.push(...moved(row.parts, x, y));
      if (row.shape !== noted) {
        parts.push({ kind: 'note', x: x + right + 10, y: y + row.shapeAt, text: row.shape, anchor: 'start' });
      }
      noted = row.shape;
      y += row.height;
      used += row.height + gap;
    }
    before = { x, bottom: y };
    lowest = Math.max(lowest, y);
  }
  return { width: columns * columnWidth, height: lowest + 24, parts };

  /** From the bottom of one column to the top of the next. */
  function turn(row: Row, from: { x: number; bottom: number }, [x, y]: Point, aside: number): Arrow {
    const foot = from.bottom + 12;
    const lane = from.x + aside;
    const head = y - 8;
    return into(
      row,
      [from.x, from.bottom],
      [from.x, foot],
      [lane, foot],
      [lane, head],
      [x, head],
      [x, y + gap],
    );
  }
}

/** The arrow to a step. If the step branches, it has no head: the arrows to the branches continue it. */
function into({ forks }: Drawing, ...points: Point[]): Arrow {
  return { ...arrow(...points), headed: !forks };
}

function rowOf(step: Step): Row {
  const drawing = drawStep(step);
  const end = step.kind === 'unit' ? step : step.merge;
  const box = boxOf(end);
  const inset = step.kind === 'fork' && step.times > 1 ? framePadding : 0;
  return { ...drawing, shape: shapeOf(end), shapeAt: drawing.height - inset - box.height / 2 + 4 };
}

function drawStep(step: Step): Drawing {
  return step.kind === 'unit' ? drawUnit(step) : drawFork(step);
}

function drawUnit(unit: Unit): Drawing {
  const box = boxOf(unit);
  const half = box.width / 2;
  return {
    forks: false,
    left: half,
    right: half + (unit.times > 1 ? 6 : 0),
    height: box.height,
    parts: [box],
  };
}

function boxOf(unit: Unit): Box {
  const label = labelOf(unit);
  const { title, detail, category } = label;
  const flat = category === 'merge';
  const shown = flat ? { title: [title, detail].filter(Boolean).join(' · '), detail: '', category } : label;
  const letters = Math.max(shown.title.length * 7.3 + (unit.times > 1 ? 30 : 0), shown.detail.length * 5.9);
  const height = flat ? 22 : shown.detail ? 36 : 24;
  return {
    kind: 'box',
    x: 0,
    top: 0,
    width: Math.max(84, letters + 16),
    height,
    times: unit.times,
    ...shown,
  };
}

function drawSequence(sequence: Sequence): Drawing {
  const parts: Part[] = [];
  let [left, right, height] = [0, 0, 0];
  const drawn = sequence.map(drawStep);
  for (const drawing of drawn) {
    if (height > 0) {
      parts.push(into(drawing, [0, height], [0, height + gap]));
      height += gap;
    }
    parts.push(...moved(drawing.parts, 0, height));
    height += drawing.height;
    left = Math.max(left, drawing.left);
    right = Math.max(right, drawing.right);
  }
  return { forks: drawn[0]?.forks ?? false, left, right, height, parts };
}

const framePadding = 10;
/** Space beside a frame for its count. */
const framedCount = 28;

function drawFork({ branches, merge, times }: Fork): Drawing {
  const drawn = branches.map(drawSequence);
  const inner = Math.max(...drawn.map(({ height }) => height));
  const axes = branchAxes(drawn, labelOf(merge).title === 'add');
  const left = Math.max(...drawn.map((branch, i) => branch.left - axes[i]));
  const right = Math.max(...drawn.map((branch, i) => branch.right + axes[i]));
  const mergeTop = gap + inner + gap;
  const box = boxOf(merge);
  // A concatenation is drawn below all its branches, a sum below the first one.
  const wide = axes[0] !== 0;
  const mergeBox = wide ? { ...box, width: Math.max(box.width, axes[axes.length - 1] - axes[0] + 84) } : box;
  const middle = mergeTop + box.height / 2;
  const parts: Part[] = [];
  drawn.forEach((branch, i) => {
    const x = axes[i];
    const isEmpty = branches[i].length === 0;
    const down =
      wide || x === 0
        ? ([[x, mergeTop]] as const)
        : ([
            [x, middle],
            [box.width / 2, middle],
          ] as const);
    if (isEmpty) {
      parts.push(arrow([0, 0], [x, 0], ...down));
      return;
    }
    parts.push(arrow([0, 0], [x, 0], [x, gap]), ...moved(branch.parts, x, gap));
    parts.push(arrow([x, gap + branch.height], ...down));
  });
  parts.push({ ...mergeBox, top: mergeTop });
  const height = mergeTop + box.height;
  const half = mergeBox.width / 2;
  const drawing = { forks: true, left: Math.max(left, half), right: Math.max(right, half), height, parts };
  return times > 1 ? framed(drawing, times) : drawing;
}

/** Positions of the branches: those of a sum to the right of the first, others around the middle. */
function branchAxes(drawn: readonly Drawing[], fromFirst: boolean): number[] {
  const axes: number[] = [];
  let at = 0;
  drawn.forEach(({ left, right }, i) => {
    if (i > 0) at += between + left;
    axes.push(at);
    at += right;
  });
  if (fromFirst) return axes;
  const middle = (axes[0] + axes[axes.length - 1]) / 2;
  return axes.map((x) => x - middle);
}

function framed({ left, right, height, parts }: Drawing, times: number): Drawing {
  const sides = [left + framePadding, right + framePadding];
  const frame: Frame = {
    kind: 'frame',
    left: -sides[0],
    top: -4,
    width: sides[0] + sides[1],
    height: height + framePadding + 4,
    text: `× ${times}`,
  };
  return {
    left: sides[0],
    right: sides[1] + framedCount,
    height: height + framePadding,
    forks: true,
    parts: [frame, ...parts],
  };
}

function arrow(...points: Point[]): Arrow {
  return { kind: 'arrow', points, headed: true };
}

function moved(parts: readonly Part[], x: number, y: number): Part[] {
  return parts.map((part): Part => {
    switch (part.kind) {
      case 'arrow':
        return { ...part, points: part.points.map(([px, py]) => [px + x, py + y] as const) };
      case 'box':
        return { ...part, x: part.x + x, top: part.top + y };
      case 'frame':
        return { ...part, left: part.left + x, top: part.top + y };
      case 'note':
        return { ...part, x: part.x + x, y: part.y + y };
    }
  });
}
