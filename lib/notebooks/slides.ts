/** Slides for a lecture, made by nbconvert and reveal.js from an executed notebook. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { nameOf, type Notebook, type NotebookCell, sourceOf } from './notebook';
import { convert } from './page';
import { UserError } from '../runtime/errors';

/** Jupyter's names of what a cell begins; '-' goes on with the slide of the cell before it. */
type SlideType = 'slide' | 'subslide' | 'fragment' | 'skip' | 'notes' | '-';

/**
 * The notebook with a slide type for each cell. A heading begins a slide; below it is a slide for each idea, the prose
 * with the code and the output after it. Cells that set parameters are left out. A type that a cell has already, from
 * JupyterLab's property inspector, is kept.
 */
export function asSlides(notebook: Notebook): Notebook {
  let before: NotebookCell | undefined;
  const cells = notebook.cells.map((cell) => {
    const type = ownType(cell) ?? slideType(cell, before);
    if (type !== 'skip' && type !== 'notes') before = cell;
    return { ...cell, metadata: { ...cell.metadata, slideshow: { slide_type: type } } };
  });
  return { ...notebook, cells };
}

function ownType({ metadata }: NotebookCell): SlideType | undefined {
  const { slideshow } = metadata as { readonly slideshow?: { readonly slide_type?: SlideType } };
  return slideshow?.slide_type;
}

function slideType(cell: NotebookCell, before: NotebookCell | undefined): SlideType {
  const tags = cell.metadata.tags ?? [];
  if (tags.includes('parameters') || tags.includes('injected-parameters')) return 'skip';
  if (cell.cell_type === 'markdown') return /^#{1,2} /.test(sourceOf(cell)) ? 'slide' : 'subslide';
  // Code goes below the prose that leads to it, and has a slide to itself where there is none.
  return before?.cell_type === 'markdown' ? '-' : 'subslide';
}

/**
 * Writes an executed notebook as slides, one file that opens from disk without a network.
 * @param stop ends it, and leaves nothing behind
 * @returns the file's path
 * @throws UserError with nbconvert's error message if it fails, or if it was stopped
 */
export async function exportSlides(
  notebook: Notebook,
  name: string,
  outDir: string,
  stop?: AbortSignal,
): Promise<string> {
  if (stop?.aborted) throw new UserError(stopped(name));
  fs.mkdirSync(outDir, { recursive: true });
  const folder = fs.mkdtempSync(path.join(outDir, '.slides-'));
  try {
    const tagged = path.join(folder, `${nameOf(name)}.ipynb`);
    fs.writeFileSync(tagged, JSON.stringify(asSlides(notebook)));
    return await convert(tagged, path.join(outDir, `${nameOf(name)}.html`), 'slides', stop);
  } catch (error) {
    if (stop?.aborted) throw new UserError(stopped(name), { cause: error });
    throw error;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function stopped(name: string): string {
  return `Stopped: ${nameOf(name)} was not written.`;
}
