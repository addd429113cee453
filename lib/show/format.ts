/** Numbers for people to read. What is not a number becomes a dash. */

export const missing = '–';

/** A fraction as a percentage: 0.5838 → 58.4 %. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : missing;
}

/** A format with a fixed number of decimals: `fixed(2)` gives 1.50. */
export function fixed(decimals: number): (value: number) => string {
  return (value) => (Number.isFinite(value) ? value.toFixed(decimals) : missing);
}

/** Whole numbers with thousands separators from five digits on: years and image sizes stay as they are. */
export function whole(value: number): string {
  if (!Number.isFinite(value)) return missing;
  const rounded = Math.round(value);
  return Math.abs(rounded) < 10_000 ? String(rounded) : rounded.toLocaleString('en-US');
}

/** Three digits and an SI prefix: 198506 → 199k, 62006 → 62k, 9639178 → 9.64M. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return missing;
  const size = Math.abs(value);
  const [unit, letter] =
    size >= 1e9 ? [1e9, 'G'] : size >= 1e6 ? [1e6, 'M'] : size >= 1e3 ? [1e3, 'k'] : [1, ''];
  return `${Number((value / unit).toPrecision(3))}${letter}`;
}

/** Seconds as minutes and seconds, with hours if needed: 75 → 1:15. */
export function duration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const padded = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${padded(minutes)}:${padded(rest)}` : `${minutes}:${padded(rest)}`;
}
