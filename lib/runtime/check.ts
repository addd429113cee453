import { UserError } from './errors';

/**
 * @param option the option's name
 * @param allowed what it has to be, as the end of a sentence
 * @throws UserError that says all three, unless `holds`
 */
export function check(holds: boolean, option: string, value: unknown, allowed: string): void {
  if (holds) return;
  throw new UserError(`${option} is ${shown(value)}, but has to be ${allowed}.`);
}

/** JSON, except that it would call NaN and the infinities null. */
function shown(value: unknown): string {
  const isJson = value !== undefined && typeof value !== 'number' && typeof value !== 'bigint';
  return isJson ? JSON.stringify(value) : String(value);
}
