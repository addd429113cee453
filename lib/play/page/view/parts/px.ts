/** Sizes as CSS wants them. */
export function px<Side extends string>(sides: Readonly<Record<Side, number>>): Record<Side, string> {
  const entries = Object.entries<number>(sides).map(([side, pixels]) => [side, `${pixels}px`]);
  return Object.fromEntries(entries) as Record<Side, string>;
}
