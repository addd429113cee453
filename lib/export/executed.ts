/** Executed notebooks, and selecting them by the words of a command line. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  isObject,
  listNotebooks,
  nameOf,
  type Notebook,
  type NotebookCell,
  readNotebook,
  sourceOf,
} from '../notebooks/notebook';
import { failureText } from '../notebooks/outcome';
import { readRecord } from '../notebooks/record';
import { selectNotebooks } from '../notebooks/select';
import { UserError } from '../runtime/errors';
import { shownPath } from '../runtime/paths';

export interface ExecutedNotebook extends Notebook {
  readonly cells: readonly (NotebookCell & {
    readonly execution_count?: number | null;
    readonly outputs?: readonly (RichOutput | PlainOutput)[];
  })[];
}

/** One output in several forms, by MIME type: text, possibly as a list of lines, or JSON. */
export type RichData = Readonly<Record<string, unknown>>;

export interface RichOutput {
  readonly output_type: 'display_data' | 'execute_result';
  readonly data: RichData;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface PlainOutput {
  readonly output_type: 'stream' | 'error';
}

/**
 * Paths of the executed notebooks that `words` stand for, in the sense of `npm run notebooks`; without words, the whole
 * collection. The path of a notebook that was never run is included, though its file doesn't exist.
 * @param folder with the executed notebooks
 */
export function selectExecuted(words: readonly string[], folder: string): string[] {
  const collection = listNotebooks().map((file) => path.join(folder, path.basename(file)));
  if (words.length === 0) return collection;
  const there = fs.existsSync(folder) ? listNotebooks(folder) : [];
  const all = [...new Set([...collection, ...there])];
  return selectNotebooks(
    words,
    all.sort((a, b) => nameOf(a).localeCompare(nameOf(b))),
  );
}

/** @throws UserError for a notebook that was not run to its end, with the command that runs it */
export function readExecuted(file: string): ExecutedNotebook {
  const name = nameOf(file);
  const [notebookName] = name.split('--');
  const again = `\`npm run notebooks -- ${notebookName}\``;
  if (!fs.existsSync(file)) {
    throw new UserError(`${name} has not been run: there is no ${shownPath(file)}. Run ${again}.`);
  }
  const record = readRecord(file);
  if (record?.status === 'failed') {
    const what =
      record.failure === undefined ? '' : `, with ${failureText(record.failure).replace(/\.$/, '')}`;
    throw new UserError(`${name} failed when it was run${what}. Mend it, and run ${again}.`);
  }
  if (record?.status === 'running') {
    throw new UserError(`${name} is still running, or was cut off. Wait for it, or run ${again}.`);
  }
  const notebook = readNotebook(file) as ExecutedNotebook;
  for (const [index, cell] of notebook.cells.entries()) {
    const place = `cell ${index + 1}${cell.id === undefined ? '' : ` (${cell.id})`}`;
    const { outputs } = cell as { readonly outputs?: unknown };
    if (outputs !== undefined && !(Array.isArray(outputs) && outputs.every(isOutput))) {
      throw new UserError(`${shownPath(file)} is no valid notebook: ${place} has outputs that are none.`);
    }
    if (cell.cell_type !== 'code' || sourceOf(cell).trim() === '') continue;
    if (cell.outputs?.some(({ output_type }) => output_type === 'error')) {
      throw new UserError(`${shownPath(file)} has an error in ${place}. Mend it, and run ${again}.`);
    }
    if (typeof cell.execution_count !== 'number') {
      throw new UserError(`${shownPath(file)} was not run to its end: ${place} was not. Run ${again}.`);
    }
  }
  return notebook;
}

/** Checks what is used of an output here: its type, and its data and metadata if it should have them. */
function isOutput(output: unknown): boolean {
  if (!isObject(output) || typeof output.output_type !== 'string') return false;
  const isRich = 'data' in output || ['display_data', 'execute_result'].includes(output.output_type);
  return !isRich || (isObject(output.data) && isObject(output.metadata));
}
