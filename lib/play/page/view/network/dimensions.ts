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

/** Sides of the thumbnails, in CSS pixels: as large as lets the picture fit the page, within these. */
export const thumbnails = {
  right: { smallest: 38, largest: 56 },
  down: { smallest: 34, largest: 34 },
} as const;
export const thumbnailGap = 3;
/** Of the words below them. */
export const captionHeight = 34;
export const padding = 4;

export const gaps = {
  right: { gapAlong: 22, gapAcross: 12 },
  down: { gapAlong: 26, gapAcross: 4 },
} as const;

/** Of a grid of thumbnails. */
function gridSide(count: number, thumbnail: number): number {
  return count * thumbnail + (count - 1) * thumbnailGap;
}

/** @returns a box's size by the group in it and the number of boxes in its step */
export function sizesFor(
  direction: Direction,
  pageWidth: number,
  thumbnail: number,
): (group: Group, beside: number) => BoxSize {
  return (group, beside) => {
    const [columns, rows] =
      direction === 'right' ? gridBeside(group, beside) : gridBelow(group, beside, pageWidth, thumbnail);
    const width = gridSide(columns, thumbnail) + 2 * padding;
    return { width, height: gridSide(rows, thumbnail) + captionHeight + 2 * padding };
  };
}

/** Columns and rows of thumbnails, left to right: the more boxes stand one below the other, the fewer rows. */
function gridBeside(group: Group, beside: number): readonly [number, number] {
  const most = beside === 1 ? 4 : beside === 2 ? 3 : 2;
  return [2, Math.min(most, Math.ceil(thumbnailsOf(group) / 2))];
}

/** Columns and rows of thumbnails, top down: boxes beside one another share the page's width. */
function gridBelow(
  group: Group,
  beside: number,
  pageWidth: number,
  thumbnail: number,
): readonly [number, number] {
  const share = (pageWidth - (beside - 1) * gaps.down.gapAcross) / beside;
  const fit = Math.floor((share - 2 * padding + thumbnailGap) / (thumbnail + thumbnailGap));
  const isImage = lastOf(group).className === 'InputLayer';
  const columns = Math.max(1, Math.min(fit, beside === 1 && !isImage ? 6 : 2, thumbnailsOf(group)));
  return [columns, beside > 1 || isImage ? 2 : 1];
}

/** How many there are to show: an image is one, of the size of four; a list is as large as there is room. */
function thumbnailsOf(group: Group): number {
  const { className, outputShape } = lastOf(group);
  if (className === 'InputLayer') return 4;
  return outputShape.length === 3 ? outputShape[2] : Infinity;
}
