import { text, type Box } from './parts';

/** A horizontal axis of names. */
export interface CategoryAxis {
  /** What is left of the frame above the names. */
  readonly box: Box;
  /** Width that a name has to itself, in pixels. */
  readonly slot: number;
  /** Pixels below `box` where the axis's title stands. */
  readonly below: number;
  /** The names, drawn. */
  readonly names: string;
  /** Where the middle of a category is. */
  readonly at: (category: string) => number;
}

/** Names below a panel, turned where they would not fit side by side. */
export function categoryAxis(frame: Box, categories: readonly string[]): CategoryAxis {
  const longest = Math.max(...categories.map((name) => name.length));
  const slot = (frame.right - frame.left) / categories.length;
  const turned = longest * 7 > slot;
  // Turned by 35 degrees, a letter takes about 4 pixels of height.
  const below = turned ? longest * 4 + 26 : 38;
  const bottom = frame.bottom + 38 - below;
  const at = (category: string): number => frame.left + (categories.indexOf(category) + 0.5) * slot;
  const names = categories.map((name) =>
    turned
      ? text(at(name) + 4, bottom + 14, name, { anchor: 'end', turn: -35 })
      : text(at(name), bottom + 18, name, { anchor: 'middle' }),
  );
  return { box: { ...frame, bottom }, slot, below, names: names.join(''), at };
}
