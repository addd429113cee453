/**
 * Repair: errors as text on stderr. An error becomes Jupyter's `error` message: name, message, and a traceback that
 * shows the line of the cell, in colours that notebooks and terminals can display.
 */
import { UserError } from '../runtime/errors';
import { foreignSyntax } from './foreign-syntax';
import type { Problem } from './problem';
import { elements, isA, nameAndMessage, property } from './thrown';

/** The content of Jupyter's `error` message, which is also part of a failed `execute_reply`. */
export interface ErrorReport {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** The user stopped the cell. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  constructor() {
    super('The cell was interrupted.');
  }
}

/** The file name of a cell's code in stack traces. */
export function cellFileName(executionCount: number): string {
  return `cell [${executionCount}]`;
}

const RED = '\u001b[31m';
const BOLD = '\u001b[1m';
const DIM = '\u001b[2m';
const PLAIN = '\u001b[0m';
/** Lines shown before and after the one with the arrow. */
const CONTEXT_LINES = 2;
/** A report describes at most this many errors: the one that was thrown, and those in it or behind it. */
const MOST_ERRORS = 12;

interface Place {
  readonly line: number;
  readonly column: number;
}

interface CellPlace extends Place {
  readonly name: string;
}

/**
 * Reports what a cell threw. It never throws itself, whatever `thrown` is.
 * @param cells text of the cells that ran, by file name (see {@link cellFileName})
 */
export function reportThrown(thrown: unknown, cells: ReadonlyMap<string, string>): ErrorReport {
  return { ...nameAndMessage(thrown), traceback: description(thrown, cells, []) };
}

/**
 * Describes an error: what it says, where it was thrown, and the errors that it holds or was caused by.
 * @param described what the report already describes, so that a cycle ends
 */
function description(thrown: unknown, cells: ReadonlyMap<string, string>, described: unknown[]): string[] {
  described.push(thrown);
  const { ename, evalue } = nameAndMessage(thrown);
  const lines = [`${RED}${BOLD}${ename}${PLAIN}: ${evalue}`, ...details(thrown, cells)];
  if (!isA(thrown, Error)) return lines;
  const add = (relation: string, inner: unknown): void => {
    const isNew = typeof inner !== 'object' || !described.includes(inner);
    if (!isNew || described.length === MOST_ERRORS) return;
    const [first, ...rest] = description(inner, cells, described);
    lines.push('', `${DIM}${relation}${PLAIN} ${first}`, ...rest);
  };
  // Those of an AggregateError, whose own message says nothing.
  const errors = elements(property(thrown, 'errors'));
  errors.forEach((inner, i) => {
    add(`error ${i + 1} of ${errors.length}:`, inner);
  });
  const cause = property(thrown, 'cause');
  if (cause !== undefined) add('caused by', cause);
  return lines;
}

/** Reports what the type check found in a cell, before any of it ran. */
export function reportProblems(problems: readonly Problem[], name: string, code: string): ErrorReport {
  const foreign = foreignSyntax(code, problems);
  const traceback = foreign === undefined ? [] : [`${RED}${BOLD}TypeScriptError${PLAIN}: ${foreign}`];
  let previous: Problem | undefined;
  for (const problem of problems) {
    const continues = previous !== undefined && isSamePlace(previous, problem);
    previous = problem;
    if (continues) {
      traceback.push(`  ${problem.message}`);
      continue;
    }
    if (traceback.length > 0) traceback.push('');
    const where = `${problem.file ?? name}:${problem.line + 1}:${problem.character + 1}`;
    traceback.push(`${RED}${BOLD}TS${problem.code}${PLAIN} ${where}: ${problem.message}`);
    if (problem.file === undefined) {
      traceback.push(
        ...excerpt(code, { line: problem.line + 1, column: problem.character + 1 }, problem.length),
      );
    }
  }
  const first = problems.at(0);
  const evalue =
    foreign !== undefined
      ? foreign
      : first === undefined
        ? 'The cell could not be compiled.'
        : `${first.file ?? name}:${first.line + 1}:${first.character + 1}: ${first.message}`;
  return { ename: 'TypeScriptError', evalue, traceback };
}

/** A message in several parts arrives as several problems at the same place. */
function isSamePlace(a: Problem, b: Problem): boolean {
  return a.file === b.file && a.line === b.line && a.character === b.character && a.length === b.length;
}

function details(thrown: unknown, cells: ReadonlyMap<string, string>): string[] {
  const stack = framesOf(thrown);
  const lines: string[] = [];
  // Where it was thrown, and where the running cell made the call, if the code is an earlier cell's.
  const places = stack.map(cellPlace).filter((place) => place !== undefined) as CellPlace[];
  const shownPlaces = [places.at(0), places.at(-1)].filter(
    (place, i, all) => i === 0 || place?.name !== all[0]?.name,
  );
  for (const place of shownPlaces) {
    const code = place === undefined ? undefined : cells.get(place.name);
    if (place === undefined || code === undefined) continue;
    lines.push('', `${place.name}, line ${place.line}`, ...excerpt(code, place, 1));
  }
  // A message written for the user says everything; the stack in lib would only bury it.
  const shown = isA(thrown, UserError) || isA(thrown, InterruptedError) ? [] : stack;
  if (shown.length > 0) lines.push('', ...shown.map((frame) => `${DIM}    ${frame}${PLAIN}`));
  return lines;
}

/** The frames of the stack that help the cell's author: none of the kernel's own, none of Node's. */
function framesOf(thrown: unknown): string[] {
  const stack = typeof thrown === 'object' ? property(thrown, 'stack') : undefined;
  if (typeof stack !== 'string') return [];
  const frames = stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '));
  return frames.filter((frame) => !/[/\\]lib[/\\]kernel[/\\]|\(?node:/.test(frame));
}

function cellPlace(frame: string): CellPlace | undefined {
  const match = /(cell \[\d+\]):(\d+):(\d+)/.exec(frame);
  if (match === null) return undefined;
  return { name: match[1], line: Number(match[2]), column: Number(match[3]) };
}

function excerpt(code: string, place: Place, length: number): string[] {
  const lines = code.split('\n');
  const first = Math.max(1, place.line - CONTEXT_LINES);
  const last = Math.min(lines.length, place.line + CONTEXT_LINES);
  const width = String(last).length;
  const shown: string[] = [];
  for (let number = first; number <= last; number++) {
    const text = lines[number - 1] ?? '';
    const isPlace = number === place.line;
    const margin = `${isPlace ? '→' : ' '} ${String(number).padStart(width)} | `;
    shown.push(isPlace ? `${RED}${margin}${PLAIN}${text}` : `${DIM}${margin}${PLAIN}${text}`);
    if (isPlace) {
      const room = Math.max(1, text.length - place.column + 1);
      const mark = '^'.repeat(Math.max(1, Math.min(length, room)));
      shown.push(
        `${' '.repeat(margin.length - 2)}${DIM}|${PLAIN} ${' '.repeat(place.column - 1)}${RED}${mark}${PLAIN}`,
      );
    }
  }
  return shown;
}
