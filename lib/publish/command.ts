/** What `npm run export` does. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { outputFolders } from '../notebooks/batch';
import { removeTemporaries, writeWhole } from '../notebooks/files';
import { nameOf } from '../notebooks/notebook';
import { shortPath } from '../notebooks/outcome';
import { UserError } from '../runtime/errors';
import { outputsDir } from '../runtime/paths';
import { tableText } from '../show/table';
import { readExecuted, selectExecuted } from './executed';
import { published } from './publish';
import { ChromiumStills } from './stills';

const usage = `Usage: npm run export [-- [notebook ...] [--out DIR]]

Writes copies of executed notebooks in which every figure, diagram and image grid is a still picture, for places
that run no scripts: GitHub, nbviewer, PDF. Needs a Chromium, which CHROMIUM may name.

Notebooks are named by the beginning of their names (01), by a pattern ('*vgg*'), or by a path of an executed
notebook or a folder. The whole collection if none is named, as \`npm start\` or \`npm run notebooks\` left it.

  --out DIR   where to write (outputs/published unless given)`;

/** Above it, GitHub and mail programs begin to refuse to show a notebook. */
const largeBytes = 1e6;

/** @throws UserError if anything keeps a notebook from being published; then none is */
export async function exportCommand(args: readonly string[]): Promise<undefined> {
  const { values, positionals } = parse(args);
  if (values.help) {
    console.log(usage);
    return undefined;
  }
  const outDir = values.out === undefined ? path.join(outputsDir, 'published') : path.resolve(values.out);
  const files = selectExecuted(positionals, outputFolders(outputsDir).notebooks);
  const targets = targetsOf(files, outDir);
  const notebooks = readAll(files);
  const stills = await ChromiumStills.start();
  try {
    fs.mkdirSync(outDir, { recursive: true });
    const rows: string[][] = [];
    for (const [i, target] of targets.entries()) {
      const copy = await published(notebooks[i], stills);
      const content = `${JSON.stringify(copy, null, 1)}\n`;
      removeTemporaries(target);
      writeWhole(target, content);
      rows.push([nameOf(target), String(countStills(content)), sizeText(content)]);
    }
    console.log(tableText({ caption: '', columns, rows }));
    console.log(`\nPublished notebooks: ${shortPath(outDir)}`);
    return undefined;
  } finally {
    await stills.close();
  }
}

const columns = [
  { label: 'notebook', align: 'left' },
  { label: 'pictures', align: 'right' },
  { label: 'size', align: 'left' },
] as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { out: { type: 'string' }, help: { type: 'boolean', default: false } },
    });
  } catch (error) {
    throw new UserError(`${(error as Error).message}\nTo see what there is: npm run export -- --help`);
  }
}

/** @throws UserError with a line for each that can't be published */
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
  const hint = others > 0 ? ' To publish the others alone, name them.' : '';
  throw new UserError(`${reasons.join('\n')}\nNothing was written.${hint}`);
}

function targetsOf(files: readonly string[], outDir: string): string[] {
  const targets = files.map((file) => path.join(outDir, path.basename(file)));
  const clash = targets.findIndex((target, i) => targets.indexOf(target) !== i || target === files[i]);
  if (clash < 0) return targets;
  throw new UserError(
    targets[clash] === files[clash]
      ? `${shortPath(files[clash])} would be overwritten by its published copy: name another --out.`
      : `Two notebooks would both be written as ${shortPath(targets[clash])}: publish them one by one, each with its own --out.`,
  );
}

function countStills(content: string): number {
  return content.split('"image/png": "').length - 1;
}

function sizeText(content: string): string {
  const bytes = Buffer.byteLength(content);
  const text = `${Math.ceil(bytes / 1000)} kB`;
  return bytes < largeBytes ? text : `${text}, more than 1 MB: some viewers show it slowly or not at all`;
}
