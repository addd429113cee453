/** Round numbers along an axis from 0 to `most`: about as many as wanted, in steps of 1, 2 or 5 times a power of ten. */
export function ticks(most: number, wanted: number): number[] {
  if (!(most > 0)) return [0];
  const rough = most / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough)! * power;
  // Rounded, since sums of tenths are not tenths.
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, i) =>
    Number((i * step).toPrecision(12)),
  );
}
