/** What `npm run slides` does. */
import * as path from 'node:path';
import { outputFolders } from '../notebooks/batch';
import { needNoFolder, prepareFolders } from '../notebooks/targets';
import { nameOf } from '../notebooks/notebook';
import { shortPath } from '../notebooks/outcome';
import { exportSlides } from '../notebooks/slides';
import { stopOnSignals } from '../notebooks/stop-signals';
import { UserError } from '../runtime/errors';
import { outputsDir } from '../runtime/paths';
import { exportArguments } from './arguments';
import { readExecuted, selectExecuted } from './executed';
import { targetsIn } from './targets';

const usage = `Usage: npm run slides [-- [notebook ...] [--out DIR]]

Writes executed notebooks as slides (reveal.js), each one file that opens from disk without a network: a slide for each
heading, and below it one for each idea. Figures can be hovered over and zoomed into. Arrow keys and space turn the slides.

Notebooks are named by the beginning of their names (05), by a pattern ('*vgg*'), or by a path of an executed
notebook or a folder. The whole collection if none is named, as \`npm start\` or \`npm run notebooks\` left it.

  --out DIR   where to write (outputs/slides by default)

Exit codes: 0 all were written, 2 a notebook has not been run to its end, or could not be written.`;

/** @throws UserError for a notebook that was not run to its end, before anything is written */
export async function slidesCommand(args: readonly string[]): Promise<void> {
  const { values, positionals } = exportArguments(args, 'npm run slides');
  if (values.help) {
    console.log(usage);
    return;
  }
  if (values.out === '') throw new UserError('--out is empty; expected the path of a folder.');
  const outDir = values.out === undefined ? path.join(outputsDir, 'slides') : path.resolve(values.out);
  const files = selectExecuted(positionals, outputFolders(outputsDir).notebooks);
  const notebooks = files.map((file) => readExecuted(file));
  needNoFolder(targetsIn(outDir, files, (file) => `${nameOf(file)}.html`));
  prepareFolders([outDir]);
  // nbconvert, in a process group of its own, does not get them.
  const stopping = stopOnSignals(() => undefined);
  try {
    for (const [i, file] of files.entries()) {
      console.log(shortPath(await exportSlides(notebooks[i], nameOf(file), outDir, stopping.interrupt)));
    }
  } finally {
    stopping.release();
  }
}
