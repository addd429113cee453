/** How large the boxes of a network's picture are, and how many maps each shows. */
import { type Group, lastOf } from './groups';

/** Left to right, or top down on a narrow page. */
export type Direction = 'right' | 'down';

export interface BoxSize {
  readonly width: number;
  readonly height: number;
}

/** Where a box stands in the picture, in CSS pixels. */
export interface Bounds extends BoxSize {
  readonly left: number;
  readonly top: number;
}

/** Of the thumbnails, in CSS pixels. */
export const thumbnail = 38;
export const thumbnailGap = 3;
/** Of the words below them. */
export const captionHeight = 34;
export const padding = 4;

export const gaps = {
  right: { gapAlong: 22, gapAcross: 12 },
  down: { gapAlong: 26, gapAcross: 4 },
} as const;

/** Of a grid of thumbnails. */
export function gridSide(count: number): number {
  return count * thumbnail + (count - 1) * thumbnailGap;
}

/** @returns a box's size by the group in it and the number of boxes in its step */
export function sizesFor(direction: Direction, pageWidth: number): (group: Group, beside: number) => BoxSize {
  return (group, beside) => {
    const [columns, rows] = gridFor(group, direction, beside, pageWidth);
    const width = gridSide(columns) + 2 * padding;
    return { width, height: gridSide(rows) + captionHeight + 2 * padding };
  };
}

/** Columns and rows of thumbnails. */
function gridFor(group: Group, direction: Direction, beside: number, pageWidth: number): [number, number] {
  const { outputShape, className } = lastOf(group);
  const count = className === 'InputLayer' ? 4 : outputShape.length === 3 ? outputShape[2] : Infinity;
  if (direction === 'right') return [2, Math.min(beside === 1 ? 4 : beside === 2 ? 3 : 2, Math.max(1, Math.ceil(count / 2)))];
  const share = (pageWidth - (beside - 1) * gaps.down.gapAcross) / beside;
  const fit = Math.floor((share - 2 * padding + thumbnailGap) / (thumbnail + thumbnailGap));
  const columns = Math.max(1, Math.min(beside === 1 ? 6 : fit, fit, count));
  return [columns, beside > 1 || className === 'InputLayer' ? 2 : 1];
}
