/** Which way an arrow key leads: rows down and columns across. */
const arrows: Readonly<Record<string, readonly [number, number] | undefined>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** @returns rows down and columns across; null for other keys */
export function arrowStep(key: string): readonly [number, number] | null {
  return arrows[key] ?? null;
}

/**
 * The place in a grid to which a key leads: arrows to the neighbours, Home and End to the first and the last.
 * @param strides from a place to the one below it and to the one on its right
 * @returns null for other keys, or where there is none
 */
export function placeAfter(
  key: string,
  at: number,
  count: number,
  [down, across]: readonly [number, number],
): number | null {
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  const step = arrowStep(key);
  if (step === null) return null;
  const next = at + step[0] * down + step[1] * across;
  return next >= 0 && next < count ? next : null;
}
