/** From an executed notebook to a copy that shows everything where no script runs. */
import { isObject, type NotebookCell } from '../notebooks/notebook';
import { plotlyType } from '../show/show';
import type { ExecutedNotebook, RichData, RichOutput } from './executed';
import type { DrawnFigure } from './in-page';
import { type Still, type Stills } from './stills';

/**
 * The notebook with a picture (PNG) of every output that would be drawn, in place of its HTML: viewers prefer HTML
 * to pictures, and take out of it what they don't trust. Figures keep their data, for JupyterLab; tables and other
 * text stay HTML, plain. Of what cells wrote, only forms are kept that can't run anything.
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
  // The state of widgets holds HTML, and nothing draws them without their scripts.
  const metadata = Object.entries(notebook.metadata).filter(([name]) => name !== 'widgets');
  return { ...notebook, metadata: Object.fromEntries(metadata), cells };
}

/** Text and pictures of pixels: whatever they hold, viewers show them and no more. */
const inert = ['text/plain', 'text/latex', 'application/json', 'image/png', 'image/jpeg', 'image/gif'];

async function stillOutput(output: RichOutput, stills: Stills): Promise<RichOutput> {
  const { data } = output;
  const kept: RichOutput = {
    ...output,
    data: Object.fromEntries(Object.entries(data).filter(([type]) => inert.includes(type))),
    metadata: pictureSizes(output.metadata),
  };
  const figure = data[plotlyType] as DrawnFigure | undefined;
  if (figure !== undefined) {
    return withStill({ ...kept, data: { ...kept.data, [plotlyType]: figure } }, await stills.figure(figure));
  }
  const shown = await stillOf(data, stills);
  if (shown === undefined) return kept;
  if ('html' in shown) return { ...kept, data: { ...kept.data, 'text/html': shown.html } };
  return withStill(kept, shown);
}

/** What shows the richest form that is no picture of pixels already; undefined if there is none. */
async function stillOf(data: RichData, stills: Stills): ReturnType<Stills['html']> {
  const { 'text/html': html, 'image/svg+xml': svg, 'text/markdown': markdown } = data;
  if (html !== undefined) return stills.html(textOf(html));
  // As a file of its own, a drawing runs no scripts.
  if (svg !== undefined) {
    return stills.html(
      `<img src="data:image/svg+xml;base64,${Buffer.from(textOf(svg)).toString('base64')}">`,
    );
  }
  return markdown === undefined ? undefined : stills.markdown(textOf(markdown));
}

/** Of an output's metadata, how large its pictures are: numbers, since viewers write them into HTML as they are. */
function pictureSizes(metadata: RichOutput['metadata']): RichOutput['metadata'] {
  const sizes: Record<string, object> = {};
  for (const [type, of] of Object.entries(metadata)) {
    if (!type.startsWith('image/') || !isObject(of)) continue;
    sizes[type] = Object.fromEntries(
      Object.entries(of).filter(
        ([name, value]) => ['width', 'height'].includes(name) && typeof value === 'number',
      ),
    );
  }
  return sizes;
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
