/** What the settings of a recipe may be. Each kind of setting has a table of these beside its type. */
import { check } from '../runtime/check';

export interface Range {
  /** As the end of a sentence: "a number above 0". */
  readonly allowed: string;
  readonly holds: (value: unknown) => boolean;
}

/** A range for every setting of `T`: the compiler lets none be forgotten. */
export type Ranges<T> = { readonly [Setting in Exclude<keyof T & string, 'kind'>]-?: Range };

/** The ranges of each kind of a union such as `Optimizer`. */
export type RangesByKind<T extends { readonly kind: string }> = {
  readonly [Kind in T['kind']]: Ranges<Extract<T, { readonly kind: Kind }>>;
};

export const positive = numbers('a number above 0', (x) => x > 0);
export const notNegative = numbers('a number of at least 0', (x) => x >= 0);
export const share = numbers('a number from 0 to 1', (x) => x >= 0 && x <= 1);
export const belowOne = numbers('a number of at least 0 and below 1', (x) => x >= 0 && x < 1);
export const betweenZeroAndOne = numbers('a number above 0 and below 1', (x) => x > 0 && x < 1);
export const aboveZeroToOne = numbers('a number above 0 and at most 1', (x) => x > 0 && x <= 1);
export const anyNumber = numbers('a finite number', () => true);
export const wholeNumber = numbers('a whole number', Number.isSafeInteger);
export const count = numbers('a whole number of at least 1', (x) => Number.isSafeInteger(x) && x >= 1);

export const atLeastOne = numbers('a number of at least 1', (x) => x >= 1);
export const atLeastTwo = numbers('a whole number of at least 2', (x) => Number.isSafeInteger(x) && x >= 2);

/** A string that is not empty. */
export const text: Range = {
  allowed: 'a text that is not empty',
  holds: (value) => typeof value === 'string' && value !== '',
};

export const texts: Range = {
  allowed: 'a list of texts that are not empty',
  holds: (value) => Array.isArray(value) && value.every(text.holds),
};

export const flag: Range = { allowed: 'true or false', holds: (value) => typeof value === 'boolean' };

/** For settings that have ranges of their own. */
export const checkedApart: Range = { allowed: 'whatever its own ranges say', holds: () => true };

export function wholeFrom0To(most: number, why: string): Range {
  return numbers(
    `a whole number from 0 to ${most}: ${why}`,
    (x) => Number.isSafeInteger(x) && x >= 0 && x <= most,
  );
}

export function oneOf(...values: readonly string[]): Range {
  return { allowed: `one of ${values.join(', ')}`, holds: (value) => values.includes(value as string) };
}

export function orNull({ allowed, holds }: Range): Range {
  return { allowed: `${allowed}, or null`, holds: (value) => value === null || holds(value) };
}

/** For settings that may be left out. */
export function optional({ allowed, holds }: Range): Range {
  return { allowed: `${allowed}, or left out`, holds: (value) => value === undefined || holds(value) };
}

/** A list of `length` values, for instance one for each channel. */
export function listOf(length: number, { allowed, holds }: Range): Range {
  return {
    allowed: `a list of ${length}, each ${allowed}`,
    holds: (value) => Array.isArray(value) && value.length === length && value.every(holds),
  };
}

/** How much each of several things counts. */
export const weights: Range = {
  allowed: 'a list of numbers of at least 0, not all of them 0',
  holds: (value) => Array.isArray(value) && value.every(notNegative.holds) && value.some(positive.holds),
};

function numbers(allowed: string, holds: (value: number) => boolean): Range {
  return {
    allowed,
    holds: (value) => typeof value === 'number' && Number.isFinite(value) && holds(value),
  };
}

/**
 * @param path of the settings, for messages: `augmentation`; empty for the recipe's own
 * @throws UserError that names the first setting out of its range, its value and the range
 */
export function checkRanges<T extends object>(path: string, settings: T, ranges: Ranges<T>): void {
  checkObject(path, settings, 'an object');
  for (const [setting, range] of Object.entries<Range>(ranges)) {
    const value = (settings as Readonly<Record<string, unknown>>)[setting];
    check(range.holds(value), path === '' ? setting : `${path}.${setting}`, value, range.allowed);
  }
}

/** The same for settings of several kinds. */
export function checkKind<T extends { readonly kind: string }>(
  path: string,
  settings: T,
  ranges: RangesByKind<T>,
): void {
  const kinds = oneOf(...Object.keys(ranges));
  checkObject(path, settings, `an object whose kind is ${kinds.allowed}`);
  check(kinds.holds(settings.kind), `${path}.kind`, settings.kind, kinds.allowed);
  checkRanges<object>(path, settings, ranges[settings.kind as T['kind']]);
}

function checkObject(path: string, value: unknown, allowed: string): void {
  check(typeof value === 'object' && value !== null, path, value, allowed);
}
