/** Notebook files: the parts of nbformat 4 that are used here, and where the collection's notebooks lie. */
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

export function sourceOf(cell: NotebookCell): string {
  return typeof cell.source === 'string' ? cell.source : cell.source.join('');
}

/**
 * Whether a notebook takes up what runs of other notebooks came to: its metadata say `"cifar10": { "reads": "runs" }`.
 */
export function readsRuns({ metadata }: Notebook): boolean {
  return readsOf(metadata) === 'runs';
}

function readsOf(metadata: Notebook['metadata']): unknown {
  return (metadata.cifar10 as { readonly reads?: unknown } | undefined)?.reads;
}

/** A notebook's name: that of its file. */
export function nameOf(file: string): string {
  return path.basename(file, '.ipynb');
}

/** Paths of a folder's notebooks, in the order of their names; those of the collection unless told otherwise. */
export function listNotebooks(folder = notebooksDir): string[] {
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.ipynb'));
  return names.sort().map((name) => path.join(folder, name));
}

/** @throws UserError if there is no notebook that can be run here */
export function readNotebook(file: string): Notebook {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`The notebook ${file} can't be read: ${(error as Error).message}.`);
  }
  let content: Partial<Notebook> | null;
  try {
    content = JSON.parse(text) as Partial<Notebook> | null;
  } catch (error) {
    throw new UserError(`${file} is no notebook: ${(error as Error).message}.`);
  }
  if (content?.nbformat !== 4 || !Array.isArray(content.cells)) {
    const found = content?.nbformat === undefined ? 'names no format' : `is of format ${content.nbformat}`;
    throw new UserError(`${file} is no notebook that can be run here: expected nbformat 4, and it ${found}.`);
  }
  const notebook = content as Notebook;
  const { language } = (notebook.metadata.kernelspec ?? {}) as { language?: string };
  if (language !== undefined && language !== 'typescript') {
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
