/**
 * Reading a value that somebody threw. It may be anything: its getters may throw, so may its `toString`, and a proxy
 * may refuse every question. None of that may reach the kernel, and whatever is shown of it must be text.
 */
import { inspect } from 'node:util';

/** A property of any value; undefined if reading it fails. */
export function property(value: unknown, key: PropertyKey): unknown {
  if (value === null || value === undefined) return undefined;
  try {
    return (value as Record<PropertyKey, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** `instanceof`, for a value that may refuse to be asked. */
export function isA<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

/** A copy of an array; empty for anything else. */
export function elements(value: unknown): unknown[] {
  try {
    return Array.isArray(value) ? [...(value as unknown[])] : [];
  } catch {
    return [];
  }
}

/** A value as text: a string as it is, everything else as Node prints it. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  // Its own way to show itself may be what fails.
  for (const options of [{}, { customInspect: false }]) {
    try {
      return inspect(value, options);
    } catch {
      continue;
    }
  }
  return `a value of type ${typeof value} that can't be shown`;
}

/** What Jupyter calls `ename` and `evalue`. */
export function nameAndMessage(thrown: unknown): { ename: string; evalue: string } {
  const [name, message] = [property(thrown, 'name'), property(thrown, 'message')];
  // Also an Error of another realm, and something shaped like one.
  const isError =
    isA(thrown, Error) || (typeof thrown === 'object' && message !== undefined && name !== undefined);
  if (isError)
    return {
      ename: name === undefined ? 'Error' : shown(name),
      evalue: message === undefined ? '' : shown(message),
    };
  return { ename: 'Thrown', evalue: shown(thrown) };
}
