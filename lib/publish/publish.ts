/** From an executed notebook to a copy that shows everything where no script runs. */
import type { NotebookCell } from '../notebooks/notebook';
import { plotlyType } from '../show/show';
import type { ExecutedNotebook, RichData, RichOutput } from './executed';
import type { DrawnFigure } from './in-page';
import { type Still, type Stills } from './stills';

/**
 * The notebook with a picture (PNG) of every output that would be drawn, in place of its HTML: viewers prefer HTML
 * to pictures, and take out of it what they don't trust. Figures keep their data, for JupyterLab; tables and other
 * text stay HTML, plain; scripts go.
 */
export async function published(notebook: ExecutedNotebook, stills: Stills): Promise<ExecutedNotebook> {
  const cells: NotebookCell[] = [];
  for (const cell of notebook.cells) {
    if (cell.outputs === undefined) {
      cells.push(cell);
      continue;
    }
    const outputs: unknown[] = [];
    for (const output of cell.outputs) {
      outputs.push('data' in output ? await stillOutput(output, stills) : output);
    }
    cells.push({ ...cell, outputs } as NotebookCell);
  }
  return { ...notebook, cells };
}

async function stillOutput(output: RichOutput, stills: Stills): Promise<RichOutput> {
  const { 'text/html': html, ...rest } = output.data;
  const others = Object.fromEntries(
    Object.entries(rest).filter(([type]) => type !== 'application/javascript'),
  );
  const figure = others[plotlyType] as DrawnFigure | undefined;
  if (figure !== undefined) return withStill({ ...output, data: others }, await stills.figure(figure));
  if (html === undefined) return { ...output, data: others };
  const shown = await stills.html(textOf(html));
  if (shown === undefined) return { ...output, data: others };
  if ('html' in shown) return { ...output, data: { ...others, 'text/html': shown.html } };
  return withStill({ ...output, data: others }, shown);
}

function withStill(output: RichOutput, { png, width, title }: Still): RichOutput {
  return {
    ...output,
    // In one line: some viewers take a line end for an attack.
    data: { ...output.data, 'image/png': png.toString('base64') },
    // A height would distort it where it has to be narrower than that.
    metadata: { ...output.metadata, 'image/png': { width, alt: title } },
  };
}

/** nbformat keeps long texts as lists of lines. */
function textOf(content: RichData[string]): string {
  return Array.isArray(content) ? content.join('') : String(content);
}
