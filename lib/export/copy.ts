/** Turns an executed notebook into a copy that shows everything where no scripts run. */
import { isObject, type NotebookCell } from '../notebooks/notebook';
import { linkHtml, playgroundType, readPlayground } from '../show/playground';
import { plotlyType } from '../show/show';
import type { ExecutedNotebook, RichData, RichOutput } from './executed';
import type { DrawnFigure } from './in-page';
import { type Still, type Stills } from './stills';

/**
 * The notebook with a PNG of every drawn output in place of its HTML: viewers prefer HTML to pictures, and remove from
 * it what they don't trust. Figures keep their data for JupyterLab; tables and other text stay plain HTML. Forms of an
 * output that could run something are removed. A page of the playground is a picture, with a link below it.
 * @param moved from a path relative to the notebook to the same relative to its copy. Defaults to no change
 */
export async function stillCopy(
  notebook: ExecutedNotebook,
  stills: Stills,
  moved = (file: string): string => file,
): Promise<ExecutedNotebook> {
  const cells: NotebookCell[] = [];
  for (const cell of notebook.cells) {
    if (cell.outputs === undefined) {
      cells.push(cell);
      continue;
    }
    const outputs: unknown[] = [];
    for (const output of cell.outputs) {
      outputs.push('data' in output ? await stillOutput(output, stills) : output);
      if ('data' in output) outputs.push(...linkOutputs(output, moved));
    }
    cells.push({ ...cell, outputs } as NotebookCell);
  }
  // The state of widgets may hold HTML, and widgets can't be drawn without scripts.
  const metadata = Object.entries(notebook.metadata).filter(([name]) => name !== 'widgets');
  return { ...notebook, metadata: Object.fromEntries(metadata), cells };
}

/** Text and bitmaps: viewers show them and run nothing in them. */
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

/** Below the still picture of a page of the playground, a link to it. */
function linkOutputs({ data }: RichOutput, moved: (file: string) => string): RichOutput[] {
  const page = readPlayground(data[playgroundType]);
  if (!page) return [];
  const there = { ...page, file: moved(page.file) };
  const text = `Playground: ${there.file}`;
  return [
    { output_type: 'display_data', data: { 'text/html': linkHtml(there), 'text/plain': text }, metadata: {} },
  ];
}

/** A still or clean HTML of the richest form that isn't a bitmap already; undefined if there is none. */
async function stillOf(data: RichData, stills: Stills): ReturnType<Stills['html']> {
  const { 'text/html': html, 'image/svg+xml': svg, 'text/markdown': markdown } = data;
  if (html !== undefined) return stills.html(textOf(html));
  // In an <img>, an SVG file runs no scripts.
  if (svg !== undefined) {
    return stills.html(
      `<img src="data:image/svg+xml;base64,${Buffer.from(textOf(svg)).toString('base64')}">`,
    );
  }
  return markdown === undefined ? undefined : stills.markdown(textOf(markdown));
}

/** The sizes of pictures from an output's metadata. Only numbers: some viewers put the values into HTML unescaped. */
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
    // On one line: some viewers treat a line break as an attack.
    data: { ...output.data, 'image/png': png.toString('base64') },
    // No height: it would distort the picture in a narrow column.
    metadata: { ...output.metadata, 'image/png': { width, alt: title } },
  };
}

/** nbformat keeps long texts as lists of lines. */
function textOf(content: RichData[string]): string {
  return Array.isArray(content) ? content.join('') : String(content);
}
