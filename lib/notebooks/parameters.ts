/** Parameters of a notebook: papermill's convention, a cell tagged `parameters` and an injected one behind it. */
import { UserError } from '../runtime/errors';

/** The parts of nbformat 4 that are used here. */
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

/** A parameter's value: what JSON can hold, so that it can be written into a cell as it is. */
export type ParameterValue = string | number | boolean | null | readonly ParameterValue[];

export function sourceOf(cell: NotebookCell): string {
  return typeof cell.source === 'string' ? cell.source : cell.source.join('');
}

/** The names that a parameters cell declares with `let`. */
export function declaredParameters(cell: NotebookCell): string[] {
  return [...sourceOf(cell).matchAll(/^\s*let\s+([A-Za-z_$][\w$]*)/gm)].map((match) => match[1]);
}

/**
 * The notebook with a cell that sets `parameters`, behind the one tagged `parameters`. It assigns what that cell
 * declares, so that the kernel's type check refuses a value of another type before anything runs.
 * @throws UserError if the notebook declares no parameters, or not all of these
 */
export function withParameters(
  notebook: Notebook,
  parameters: Readonly<Record<string, ParameterValue>>,
  name: string,
): Notebook {
  const entries = Object.entries(parameters);
  if (entries.length === 0) return notebook;
  const at = notebook.cells.findIndex((cell) => cell.metadata.tags?.includes('parameters') === true);
  if (at < 0) {
    throw new UserError(`${name} has no cell tagged "parameters", so ${entries[0][0]} can't be set in it.`);
  }
  const known = declaredParameters(notebook.cells[at]);
  for (const [parameter] of entries) {
    if (known.includes(parameter)) continue;
    throw new UserError(`${name} has no parameter "${parameter}"; it has ${known.join(', ') || 'none'}.`);
  }
  const injected: NotebookCell & { outputs: []; execution_count: null } = {
    id: 'injected-parameters',
    cell_type: 'code',
    metadata: { tags: ['injected-parameters'] },
    source: entries.map(([parameter, value]) => `${parameter} = ${JSON.stringify(value)};`).join('\n'),
    outputs: [],
    execution_count: null,
  };
  return {
    ...notebook,
    cells: [...notebook.cells.slice(0, at + 1), injected, ...notebook.cells.slice(at + 1)],
  };
}
