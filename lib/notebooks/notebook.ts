/** Notebook files: the parts of nbformat 4 that are used here, and the notebooks of the collection. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { notebooksDir } from '../runtime/paths';

export interface NotebookCell {
  readonly id?: string;
  readonly cell_type: 'code' | 'markdown' | 'raw';
  readonly metadata: { readonly tags?: readonly string[] };
  readonly source: string | readonly string[];
}

export interface Notebook {
  readonly cells: readonly NotebookCell[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nbformat: number;
  readonly nbformat_minor: number;
}

/** The notebook as if never executed: if a run ends early, no older output may remain. */
export function withoutOutputs(notebook: Notebook): Notebook {
  const cells = notebook.cells.map((cell) =>
    cell.cell_type === 'code' ? { ...cell, outputs: [], execution_count: null } : cell,
  );
  return { ...notebook, cells };
}

export function sourceOf(cell: NotebookCell): string {
  return typeof cell.source === 'string' ? cell.source : cell.source.join('');
}

/**
 * Whether a notebook reads the training runs of other notebooks: its metadata say `"cifar10": { "reads": "runs" }`.
 */
export function readsRuns({ metadata }: Notebook): boolean {
  return readsOf(metadata) === 'runs';
}

function readsOf(metadata: Notebook['metadata']): unknown {
  return (metadata.cifar10 as { readonly reads?: unknown } | null | undefined)?.reads;
}

/** A notebook's name: its file name without the extension. */
export function nameOf(file: string): string {
  return path.basename(file, '.ipynb');
}

/** Paths of a folder's notebooks, in the order of their names. The folder defaults to the collection's. */
export function listNotebooks(folder = notebooksDir): string[] {
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.ipynb'));
  return names.sort().map((name) => path.join(folder, name));
}

/**
 * Reads a notebook. Lone surrogates in its text, which UTF-8 can't encode, become U+FFFD.
 * @throws UserError if the file is not a notebook that can be run here
 */
export function readNotebook(file: string): Notebook {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`The notebook ${file} can't be read: ${(error as Error).message}.`);
  }
  let content: unknown;
  try {
    content = JSON.parse(text, (_, value: unknown) =>
      typeof value === 'string' ? wellFormed(value) : value,
    );
  } catch (error) {
    throw new UserError(`${file} is no notebook: ${(error as Error).message}.`);
  }
  if (!isObject(content) || content.nbformat !== 4 || !Array.isArray(content.cells)) {
    const format = isObject(content) ? content.nbformat : undefined;
    const found = format === undefined ? 'names no format' : `is of format ${JSON.stringify(format)}`;
    throw new UserError(`${file} is no notebook that can be run here: expected nbformat 4, and it ${found}.`);
  }
  const fault = faultOf(content);
  if (fault !== undefined) throw new UserError(`${file} is no valid notebook: ${fault}.`);
  const notebook = content as unknown as Notebook;
  const { language } = (notebook.metadata.kernelspec ?? {}) as { language?: unknown };
  if (typeof language === 'string' && language !== 'typescript') {
    throw new UserError(`${file} is written in ${language}; the kernel here runs TypeScript.`);
  }
  const reads = readsOf(notebook.metadata);
  if (reads !== undefined && reads !== 'runs') {
    throw new UserError(
      `${file} says in its metadata that it reads ${JSON.stringify(reads)}; expected "runs", or nothing.`,
    );
  }
  return notebook;
}

function wellFormed(text: string): string {
  // With the flag `u`, a surrogate pair is one character, so only lone surrogates match.
  return text.replace(/[\ud800-\udfff]/gu, '\ufffd');
}

/** Says why parsed JSON is not a {@link Notebook}; undefined if it is. */
function faultOf({ metadata, cells }: Readonly<Record<string, unknown>>): string | undefined {
  if (!isObject(metadata)) return `expected an object as its metadata, and it has ${shown(metadata)}`;
  for (const [index, cell] of (cells as unknown[]).entries()) {
    const fault = faultOfCell(cell);
    if (fault !== undefined) return `cell ${index + 1} ${fault}`;
  }
  return undefined;
}

function faultOfCell(cell: unknown): string | undefined {
  if (!isObject(cell)) return `is ${shown(cell)}; expected an object`;
  const { cell_type, metadata, source } = cell;
  if (!['code', 'markdown', 'raw'].includes(cell_type as string)) {
    return `has the type ${shown(cell_type)}; expected "code", "markdown" or "raw"`;
  }
  if (!isObject(metadata)) return `has ${shown(metadata)} as its metadata; expected an object`;
  if (metadata.tags !== undefined && !isTexts(metadata.tags)) {
    return `has the tags ${shown(metadata.tags)}; expected a list of texts`;
  }
  if (typeof source !== 'string' && !isTexts(source)) {
    return `has ${shown(source)} as its source; expected a text or a list of lines`;
  }
  return undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** A value as an error message shows it. */
function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
