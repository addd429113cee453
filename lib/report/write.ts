import * as fs from 'node:fs';
import * as path from 'node:path';
import { removeTemporaries, writeWhole } from '../notebooks/files';
import { shortPath } from '../notebooks/outcome';
import { UserError } from '../runtime/errors';
import { outputsDir } from '../runtime/paths';
import { acquireLock } from '../runtime/process-lock';
import { runsFolder } from '../runs/run-path';
import { gatherReport, type GatherOptions } from './gather';
import { pageHtml } from './page/page';

/** Path of the report, in the folder that batches write to. */
export function reportFile(outDir: string): string {
  return path.join(outDir, 'report', 'index.html');
}

/**
 * Writes the report from what is stored, as a whole or not at all. If several processes write it at the same time, each
 * waits for the previous one before it reads what is stored, so the last page includes everything.
 * @returns path of the page
 * @throws UserError if it can't be written
 */
export async function writeReport({
  outDir = outputsDir,
  runsDir = runsFolder(),
  publishedDir,
}: Partial<GatherOptions> = {}): Promise<string> {
  const file = reportFile(outDir);
  const folder = path.dirname(file);
  try {
    fs.mkdirSync(folder, { recursive: true });
    const lock = await acquireLock(path.join(folder, '.index.lock'));
    try {
      removeTemporaries(file);
      writeWhole(file, pageHtml(await gatherReport({ outDir, runsDir, publishedDir }), addressFrom(folder)));
    } finally {
      lock.release();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new UserError(`The report ${file} can't be written: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  return file;
}

/** Writes the report at the end of a batch. @returns lines for the terminal that say where it is */
export async function reportLines(outDir: string): Promise<string[]> {
  return [`Report: ${shortPath(await writeReport({ outDir }))}   opens in a browser, without a network`];
}

/** Relative addresses, so that the folder can be moved or served. */
function addressFrom(folder: string): (file: string) => string {
  return (file) => path.relative(folder, file).split(path.sep).map(encodeURIComponent).join('/');
}
