/** What a notebook found out: the text that its cell tagged `finding` printed. */
import { readNotebook, type NotebookCell } from './notebook';

type ExecutedCell = NotebookCell & {
  readonly outputs?: readonly { readonly output_type: string; readonly text?: string | readonly string[] }[];
};

/** The tag of the cell that says in a sentence what came out, with the numbers of this run. */
const tag = 'finding';

/** @returns undefined if an executed notebook has no such cell, or the cell printed nothing */
export function findingOf(executed: string): string | undefined {
  const cell = (readNotebook(executed).cells as readonly ExecutedCell[]).find(
    ({ metadata }) => metadata.tags?.includes(tag) === true,
  );
  const printed = (cell?.outputs ?? []).flatMap(({ output_type, text = [] }) =>
    output_type === 'stream' ? text : [],
  );
  const text = printed.join('').replace(/\s+/g, ' ').trim();
  return text === '' ? undefined : text;
}
