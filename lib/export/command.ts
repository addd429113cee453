/** What `npm run export` does. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { outputFolders } from '../notebooks/batch';
import { removeTemporaries, writeWhole } from '../notebooks/files';
import { listNotebooks, nameOf } from '../notebooks/notebook';
import { shortPath } from '../notebooks/outcome';
import { needNoFolder, needNoSource, prepareFolders } from '../notebooks/targets';
import { targetsIn } from './targets';
import { UserError } from '../runtime/errors';
import { outputsDir } from '../runtime/paths';
import { tableText } from '../show/table';
import { exportArguments } from './arguments';
import { readExecuted, selectExecuted } from './executed';
import { stillCopy } from './copy';
import { ChromiumStills } from './stills';

const usage = `Usage: npm run export [-- [notebook ...] [--out DIR]]

Writes copies of executed notebooks in which every figure, diagram and image grid is a still picture, for places
that run no scripts: GitHub, nbviewer, PDF. Needs a Chromium, which CHROMIUM may name.

Notebooks are named by the beginning of their names (01), by a pattern ('*vgg*'), or by a path of an executed
notebook or a folder. The whole collection if none is named, as \`npm start\` or \`npm run notebooks\` left it.

  --out DIR   where to write (outputs/export by default)

Exit codes: 0 all were written, 1 one could not be written, 2 nothing was, since the request can't be met.`;

/** Above this size, GitHub and mail programs may refuse to show a notebook. */
const largeBytes = 1e6;

/**
 * @throws UserError if any notebook can't be exported; then none is. OutputError if a copy can't be written; those
 *   before it have been
 */
export async function exportCommand(args: readonly string[]): Promise<void> {
  const { values, positionals } = exportArguments(args, 'npm run export');
  if (values.help) {
    console.log(usage);
    return;
  }
  if (values.out === '') throw new UserError('--out is empty; expected the path of a folder.');
  const outDir = values.out === undefined ? path.join(outputsDir, 'export') : path.resolve(values.out);
  const executed = outputFolders(outputsDir).notebooks;
  const files = selectExecuted(positionals, executed);
  const targets = targetsIn(outDir, files, (file) => path.basename(file));
  needNoSource(targets, [
    ...files,
    ...listNotebooks(),
    ...(fs.existsSync(executed) ? listNotebooks(executed) : []),
  ]);
  needNoFolder(targets);
  const notebooks = readAll(files);
  const stills = await ChromiumStills.start();
  const rows: string[][] = [];
  try {
    prepareFolders([outDir]);
    for (const [i, target] of targets.entries()) {
      const [from, to] = [path.dirname(files[i]), path.dirname(target)];
      const moved = (file: string): string =>
        path.relative(to, path.resolve(from, file)).split(path.sep).join('/');
      const copy = await stillCopy(notebooks[i], stills, moved);
      const content = `${JSON.stringify(copy, null, 1)}\n`;
      removeTemporaries(target);
      writeWhole(target, content);
      rows.push([nameOf(target), String(countStills(content)), sizeText(content)]);
    }
  } finally {
    await stills.close();
    if (rows.length > 0) {
      console.log(tableText({ caption: '', columns, rows }));
      console.log(`\nExported notebooks: ${shortPath(outDir)}`);
    }
  }
}

const columns = [
  { label: 'notebook', align: 'left' },
  { label: 'pictures', align: 'right' },
  { label: 'size', align: 'left' },
] as const;

/** @throws UserError with a line for each notebook that can't be exported */
function readAll(files: readonly string[]) {
  const reasons: string[] = [];
  const notebooks = files.flatMap((file) => {
    try {
      return [readExecuted(file)];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      reasons.push(error.message);
      return [];
    }
  });
  if (reasons.length === 0) return notebooks;
  const others = files.length - reasons.length;
  const hint = others > 0 ? ' To export the others alone, name them.' : '';
  throw new UserError(`${reasons.join('\n')}\nNothing was written.${hint}`);
}

function countStills(content: string): number {
  return content.split('"image/png": "').length - 1;
}

function sizeText(content: string): string {
  const bytes = Buffer.byteLength(content);
  const text = `${Math.ceil(bytes / 1000)} kB`;
  return bytes < largeBytes ? text : `${text}, more than 1 MB: some viewers show it slowly or not at all`;
}
