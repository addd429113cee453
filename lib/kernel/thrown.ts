/**
 * Safe ways to read a thrown value, which may be anything: its getters and its `toString` may throw, and a proxy may
 * reject every operation. None of that may break the kernel.
 */
import { inspect } from 'node:util';

/** Reads a property of any value. Returns undefined if that fails. */
export function property(value: unknown, key: PropertyKey): unknown {
  if (value === null || value === undefined) return undefined;
  try {
    return (value as Record<PropertyKey, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** `instanceof` for any value. False if the check fails. */
export function isA<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

/** Copies an array. Returns an empty one for anything else. */
export function elements(value: unknown): unknown[] {
  try {
    return Array.isArray(value) ? [...(value as unknown[])] : [];
  } catch {
    return [];
  }
}

/** A value as text: a string unchanged, everything else as Node prints it. */
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

/** The error's name and message, which Jupyter calls `ename` and `evalue`. Both are always text. */
export function nameAndMessage(thrown: unknown): { ename: string; evalue: string } {
  const [name, message] = [property(thrown, 'name'), property(thrown, 'message')];
  // An Error of another realm counts too, and so does an object shaped like one.
  const isError =
    isA(thrown, Error) || (typeof thrown === 'object' && message !== undefined && name !== undefined);
  if (isError)
    return {
      ename: name === undefined ? 'Error' : shown(name),
      evalue: message === undefined ? '' : shown(message),
    };
  return { ename: 'Thrown', evalue: shown(thrown) };
}
