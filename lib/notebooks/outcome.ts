/** How runs ended, in words and as an exit code. */
import * as path from 'node:path';
import { duration } from '../show/format';
import type { FailedCell, Failure } from './run';

interface Ran {
  readonly name: string;
  readonly output: string;
  readonly seconds: number;
  /** Command lines of programs that its cells had left running and that were ended. Defaults to none. */
  readonly ended?: readonly string[];
}

export type Outcome =
  | (Ran & { readonly status: 'passed' })
  | (Ran & { readonly status: 'failed'; readonly failure: Failure })
  /** It could not be run as requested. */
  | { readonly status: 'refused'; readonly name: string; readonly reason: string }
  /** With `--resume`: nothing has changed since it passed. */
  | { readonly status: 'unchanged'; readonly name: string; readonly output: string }
  /** The batch stopped before its turn. */
  | { readonly status: 'not run'; readonly name: string };

/** Exit codes of the process; after a signal, 128 plus the signal's number. */
export const exitCodes = { passed: 0, failed: 1, refused: 2 } as const;

/** 0 only if every notebook has passed, now or before; 2 if none was run because none could be. */
export function exitCodeOf(outcomes: readonly Outcome[]): number {
  if (outcomes.every(({ status }) => status === 'passed' || status === 'unchanged')) return exitCodes.passed;
  const noneCouldBe = outcomes.every(({ status }) => status === 'refused' || status === 'not run');
  return noneCouldBe ? exitCodes.refused : exitCodes.failed;
}

/** How a run ended, in one line without its name. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.status) {
    case 'passed':
      return [`passed in ${duration(outcome.seconds)}`, ...endedText(outcome)].join('; ');
    case 'failed':
      return [
        `failed after ${duration(outcome.seconds)}: ${failureText(outcome.failure)}`,
        ...endedText(outcome),
      ].join('; ');
    case 'refused':
      return `not run: ${outcome.reason}`;
    case 'unchanged':
      return 'unchanged since it passed';
    case 'not run':
      return 'not run';
  }
}

/** A notice of the programs that were ended, if any. */
function endedText({ ended = [] }: Ran): string[] {
  if (ended.length === 0) return [];
  const what = ended.length === 1 ? 'a program' : `${ended.length} programs`;
  return [`ended ${what} that its cells had left running: ${ended.join(', ')}`];
}

/** Kind, place and error in one line. */
export function failureText(failure: Failure): string {
  const place = placeOf(failure);
  // The last line of a Python traceback says what happened.
  const message = failure.message.split('\n').at(failure.kind === 'crash' ? -1 : 0) ?? '';
  return `${failure.kind}${place === '' ? '' : ` in ${place}`}: ${message}`;
}

/** For example "cell [3] (train), line 2"; empty if it was not in a cell. */
function placeOf({ cell, line }: Failure): string {
  if (cell === undefined) return '';
  return `${cellText(cell)}${line === undefined ? '' : `, line ${line}`}`;
}

function cellText({ index, count, id }: FailedCell): string {
  const number = count === null ? `${index + 1} of the notebook` : `[${count}]`;
  return `cell ${number}${id === null ? '' : ` (${id})`}`;
}

/** The summary of a batch: how many passed and failed, and each failure in full with its notebook. */
export function summary(outcomes: readonly Outcome[], seconds: number): string[] {
  const counted = (status: Outcome['status'], words: string): string[] => {
    const count = outcomes.filter((outcome) => outcome.status === status).length;
    return count === 0 ? [] : [`${count} ${words}`];
  };
  const counts = [
    ...counted('passed', 'passed'),
    ...counted('failed', 'failed'),
    ...counted('refused', 'could not be run'),
    ...counted('unchanged', 'unchanged'),
    ...counted('not run', 'not run'),
  ];
  const lines = [`${counts.join(', ')} in ${duration(seconds)}.`];
  for (const outcome of outcomes) {
    if (outcome.status === 'failed') {
      const { name, failure, output } = outcome;
      const place = placeOf(failure);
      const message = failure.message.split('\n').map((line) => `  ${line}`);
      lines.push('', `${name}${place === '' ? '' : `, ${place}`}: ${failure.kind}`, ...message);
      lines.push(...endedText(outcome).map((text) => `  ${text}`), `  ${shortPath(output)}`);
    } else if (outcome.status === 'passed' && endedText(outcome).length > 0) {
      lines.push('', `${outcome.name}: passed`, ...endedText(outcome).map((text) => `  ${text}`));
    } else if (outcome.status === 'refused')
      lines.push('', `${outcome.name}: not run`, `  ${outcome.reason}`);
  }
  return lines;
}

/** A path as one would type it here: relative to the current folder, or absolute if it is outside. */
export function shortPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative;
}
