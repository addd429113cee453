/** Values of options, as text. */
import { UserError } from '../../lib/runtime/errors';

export const names = (choices: object): string => Object.keys(choices).join(', ');

/** Leaves out undefined values, so that they do not override defaults when spread. */
export function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

export function number(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new UserError(`${option} is "${text}", but has to be a number.`);
}

export function choose<T>(option: string, name: string, choices: Readonly<Record<string, T>>): T {
  if (Object.hasOwn(choices, name)) return choices[name];
  throw new UserError(`${option} is "${name}", but has to be one of: ${names(choices)}.`);
}

/** @returns undefined without the option */
export function chosen<T>(
  option: string,
  name: string | undefined,
  choices: Readonly<Record<string, T>>,
): T | undefined {
  return name === undefined ? undefined : choose(option, name, choices);
}
