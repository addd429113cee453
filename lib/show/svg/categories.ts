import { shownName, text, type Box } from './parts';

/** A horizontal axis of names. */
export interface CategoryAxis {
  /** The part of the frame above the names. */
  readonly box: Box;
  /** Width available for a name, in pixels. */
  readonly slot: number;
  /** Distance of the axis's title from the bottom of `box`, in pixels. */
  readonly below: number;
  /** The names, as SVG. */
  readonly names: string;
  /** Horizontal centre of a category. */
  readonly at: (category: string) => number;
}

/** Names below a panel, rotated if they do not fit side by side. */
export function categoryAxis(frame: Box, categories: readonly string[]): CategoryAxis {
  const longest = Math.max(...categories.map((name) => shownName(name).length));
  const slot = (frame.right - frame.left) / categories.length;
  const turned = longest * 7 > slot;
  // Rotated by 35 degrees, a letter takes about 4 pixels of height.
  const below = turned ? longest * 4 + 26 : 38;
  const bottom = frame.bottom + 38 - below;
  const at = (category: string): number => frame.left + (categories.indexOf(category) + 0.5) * slot;
  const names = categories.map((name) =>
    turned
      ? text(at(name) + 4, bottom + 14, shownName(name), { anchor: 'end', turn: -35 })
      : text(at(name), bottom + 18, shownName(name), { anchor: 'middle' }),
  );
  return { box: { ...frame, bottom }, slot, below, names: names.join(''), at };
}
