/** The folded solutions of a lesson's exercises, and a copy of the lesson that runs them after its own cells. */
import { type Notebook, type NotebookCell, sourceOf } from '../../lib/notebooks/notebook';

export interface Solution {
  /** The exercise's number and title, such as "2. The largest or the mean?". */
  readonly exercise: string;
  /** Its blocks of TypeScript. A solution may be in words alone: then there are none. */
  readonly code: readonly string[];
}

/** All folded solutions, in their order. */
export function solutionsOf(notebook: Notebook): Solution[] {
  return notebook.cells
    .filter((cell) => cell.cell_type === 'markdown')
    .flatMap((cell) => solutionsIn(sourceOf(cell)));
}

function solutionsIn(markdown: string): Solution[] {
  const found: Solution[] = [];
  for (const match of markdown.matchAll(/<details>([\s\S]*?)<\/details>/g)) {
    const before = markdown.slice(0, match.index);
    // The last bold line that begins with a number.
    const titles = [...before.matchAll(/^\*\*(\d+\..*?)\*\*/gm)];
    const code = [...match[1].matchAll(/^```(?:ts|typescript)\n([\s\S]*?)^```/gm)].map(([, block]) => block);
    found.push({ exercise: titles.at(-1)?.[1] ?? 'a solution without an exercise', code });
  }
  return found;
}

/** Where the cells of a solution stand in the notebook of {@link withSolutions}. */
export interface PlacedSolution extends Solution {
  readonly cells: readonly number[];
}

/**
 * The notebook with a cell at its end for each block of each solution. If one of them fails, the next still runs: that
 * is what Jupyter's tag `raises-exception` means.
 */
export function withSolutions(notebook: Notebook): { notebook: Notebook; placed: PlacedSolution[] } {
  const cells: NotebookCell[] = [...notebook.cells];
  const placed = solutionsOf(notebook).map((solution) => {
    const at = solution.code.map((source) => {
      const cell = {
        ...{ id: `solution-${cells.length}`, cell_type: 'code' as const, source },
        ...{ metadata: { tags: ['raises-exception'] }, outputs: [], execution_count: null },
      };
      return cells.push(cell) - 1;
    });
    return { ...solution, cells: at };
  });
  return { notebook: { ...notebook, cells }, placed };
}

interface ErrorOutput {
  readonly output_type: string;
  readonly ename?: string;
  readonly evalue?: string;
}

/** What went wrong in a cell of an executed notebook; undefined if nothing did. */
export function errorOf(executed: Notebook, cell: number): string | undefined {
  const { outputs = [] } = executed.cells[cell] as { outputs?: readonly ErrorOutput[] };
  const error = outputs.find(({ output_type }) => output_type === 'error');
  return error && `${error.ename}: ${error.evalue}`;
}
