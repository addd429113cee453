/** Parameters of a notebook: papermill's convention, a cell tagged `parameters`, and an injected one after it. */
import * as ts from 'typescript';
import { UserError } from '../runtime/errors';
import { type Notebook, type NotebookCell, sourceOf } from './notebook';

/** A parameter's value: anything JSON can hold, so that it can be written into a cell. */
export type ParameterValue =
  | string
  | number
  | boolean
  | null
  | readonly ParameterValue[]
  | { readonly [key: string]: ParameterValue };

export type Parameters = Readonly<Record<string, ParameterValue>>;

/** Index of the cell tagged `parameters`; -1 if there is none. */
export function parametersIndex(notebook: Notebook): number {
  return notebook.cells.findIndex((cell) => cell.metadata.tags?.includes('parameters') === true);
}

/** The names that a parameters cell declares with `let`. */
export function declaredParameters(cell: NotebookCell): string[] {
  const source = ts.createSourceFile('parameters.ts', sourceOf(cell), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    if (!ts.isVariableStatement(statement)) return [];
    const { declarations, flags } = statement.declarationList;
    if ((flags & ts.NodeFlags.Let) === 0) return [];
    return declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  });
}

/** Whether {@link withParameters} inserted this cell, now or in an earlier execution. */
export function isInjected(cell: NotebookCell): boolean {
  return cell.metadata.tags?.includes('injected-parameters') === true;
}

/**
 * The notebook with a cell that sets `parameters`, after the one tagged `parameters`. It replaces the cell that an
 * earlier execution inserted. Without parameters, the notebook is unchanged.
 * @throws UserError if the notebook doesn't declare all of these parameters
 */
export function withParameters(notebook: Notebook, parameters: Parameters, name: string): Notebook {
  const entries = Object.entries(parameters);
  if (entries.length === 0) return notebook;
  needParameters(
    notebook,
    entries.map(([parameter]) => parameter),
    name,
  );
  const cells = notebook.cells.filter((cell) => !isInjected(cell));
  const at = parametersIndex({ ...notebook, cells });
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
    cells: [...cells.slice(0, at + 1), injected, ...cells.slice(at + 1)],
  };
}

/** @throws UserError if the notebook doesn't declare all of these parameters */
export function needParameters(notebook: Notebook, parameters: readonly string[], name: string): void {
  if (parameters.length === 0) return;
  const at = parametersIndex(notebook);
  if (at < 0) {
    throw new UserError(`${name} has no cell tagged "parameters", so ${parameters[0]} can't be set in it.`);
  }
  const known = declaredParameters(notebook.cells[at]);
  const unknown = parameters.find((parameter) => !known.includes(parameter));
  if (unknown === undefined) return;
  throw new UserError(`${name} has no parameter "${unknown}"; it has ${known.join(', ') || 'none'}.`);
}
