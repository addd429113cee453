/** What all of a user's own parts have in common: identity, code, and how a mistake in the code is reported. */
import { createHash } from 'node:crypto';
import {
  checkCustomSettings,
  customCode,
  type CustomPart,
  type CustomSettings,
  type WithCode,
} from '../../recipe/custom';
import { UserError } from '../../runtime/errors';
import { GraphError } from '../errors';
import { Value } from '../graph';
import type * as operations from '../operations';
import { sameShape, typeText, type DType, type Shape } from '../types';

/** All operations, as a custom part's functions get them: `g.mul(x, y)`. */
export type Operations = typeof operations;

export interface PartOptions<S extends CustomSettings> {
  /** Defaults to the function's name. */
  readonly name?: string;
  /**
   * Numbers and other plain data for the function, which gets them as its last argument. A run records them, so that it is
   * not continued with others. Variables that the function takes from around it are not recorded: whatever decides a
   * result belongs in here.
   */
  readonly settings?: S;
}

/**
 * Describes a part as plain data, with its code under a symbol.
 * @throws UserError for a function without a source text, or settings that JSON cannot hold
 */
export function customPart<S extends CustomSettings>(
  functions: readonly Callable[],
  code: unknown,
  { name = functions[0].name || 'custom', settings }: PartOptions<S>,
): CustomPart {
  const part: WithCode = {
    kind: 'custom',
    name,
    settings: copyOf(settings ?? {}),
    source: sourceDigest(functions),
    [customCode]: code,
  };
  return part;
}

/** What is recorded, and what the functions are given, stays what it was. */
function copyOf(settings: CustomSettings): CustomSettings {
  checkCustomSettings(settings);
  return JSON.parse(JSON.stringify(settings)) as CustomSettings;
}

/** A function or a class. */
export type Callable = { readonly name: string; toString(): string };

/** sha256 over the source text of functions and classes. */
export function sourceDigest(functions: readonly Callable[]): string {
  const hash = createHash('sha256');
  for (const each of functions) {
    const text = Function.prototype.toString.call(each);
    if (text.includes('[native code]')) {
      throw new UserError(
        `The function "${each.name}" has no source text, as one made by bind has none, so a run could not tell it from ` +
          'another. Pass a function or an arrow function.',
      );
    }
    hash.update(text).update('\0');
  }
  return hash.digest('hex');
}

/**
 * The functions of a part.
 * @param what for messages: `custom loss`
 * @throws UserError for a part that was read from a run's record, which holds a digest of its code alone
 */
export function codeOf(what: string, maker: string, part: WithCode): unknown {
  if (part[customCode] !== undefined) return part[customCode];
  throw new UserError(
    `The code of the ${what} "${part.name}" is not at hand: a run records its name, settings and a digest of its source. ` +
      `Define it again with ${maker}, from the same source, and pass that to train or evaluate.`,
  );
}

/** Runs a user's code. A mistake in how it uses the operations is reported as its user's, with the part's name. */
export function building<T>(what: string, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    throw new UserError(`${what} cannot be built: ${error.message}.`, { cause: error });
  }
}

/** @throws UserError unless a user's function returned a value of this type and shape */
export function expectResult(
  what: string,
  result: unknown,
  expected: { readonly dtype: DType; readonly shape: Shape },
  meaning: string,
): Value {
  const isValue = result instanceof Value;
  if (isValue && result.dtype === expected.dtype && sameShape(result.shape, expected.shape)) return result;
  const found = isValue ? typeText(result) : String(result);
  throw new UserError(`${what} returns ${found}, but has to return ${typeText(expected)}: ${meaning}.`);
}
