/**
 * A user's own part of a training (a loss, a metric, an optimizer) as plain data. Its functions travel along under a
 * symbol, which JSON, and so a run's record, leaves out. lib/graph/custom makes such parts and builds their operations.
 */
import { check } from '../runtime/check';
import { checkedApart, type Range, type Ranges } from './ranges';

/** Plain data: what JSON can hold. */
export type PlainValue =
  | number
  | string
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

/** Numbers and the like that a custom part's functions are given, and that a run records. */
export type CustomSettings = Readonly<Record<string, PlainValue>>;

/** The key of a custom part's functions. Registered, so that a module that is loaded anew still finds them. */
export const customCode: unique symbol = Symbol.for('custom code');

export interface CustomPart {
  readonly kind: 'custom';
  readonly name: string;
  readonly settings: CustomSettings;
  /** sha256 of the source text of its functions. */
  readonly source: string;
}

/**
 * A part with its code, which is missing in what a run recorded. Not in the type that users see: a notebook's compiler
 * cannot name a symbol.
 */
export interface WithCode extends CustomPart {
  readonly [customCode]?: unknown;
}

const text: Range = {
  allowed: 'a text that is not empty',
  holds: (value) => typeof value === 'string' && value !== '',
};

const plainSettings: Range = {
  allowed: 'an object of numbers, texts, booleans, null, and lists and objects of them',
  holds: (value) => isPlain(value) && typeof value === 'object' && value !== null && !Array.isArray(value),
};

export const customRanges: Ranges<CustomPart> = {
  name: text,
  settings: plainSettings,
  source: checkedApart,
};

/** @throws UserError unless they are plain data */
export function checkCustomSettings(settings: unknown): void {
  check(plainSettings.holds(settings), 'settings', settings, plainSettings.allowed);
}

function isPlain(value: unknown): value is PlainValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isPlain);
  return typeof value === 'object' && isRecord(value) && Object.values(value).every(isPlain);
}

/** Whether this is an object literal. A notebook's cells have an `Object` of their own. */
function isRecord(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
