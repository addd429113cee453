/** Pages that open from disk, made by nbconvert. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { temporaryName } from './files';
import { nameOf } from './notebook';
import { exitCode, lastOf, pythonProgram } from './processes';

/**
 * Writes an executed notebook as a page that opens from disk without a network.
 * @param kill aborted: nbconvert is ended at once
 * @returns path of the page
 * @throws UserError with what nbconvert said, if it fails
 */
export async function exportPage(executed: string, outDir: string, kill?: AbortSignal): Promise<string> {
  fs.mkdirSync(outDir, { recursive: true });
  const page = path.join(outDir, `${nameOf(executed)}.html`);
  const temporary = temporaryName(page);
  const child = spawn(
    pythonProgram('jupyter'),
    [
      ...['nbconvert', '--to', 'html', '--log-level', 'WARN', '--output-dir', outDir],
      // nbconvert adds what it takes for the extension unless it is there.
      ...['--output', asTemplate(`${path.basename(temporary)}.html`), asPattern(executed)],
    ],
    // A group of its own: Ctrl-C is the runner's, who lets it finish.
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  const end = (): void => void child.kill('SIGKILL');
  kill?.addEventListener('abort', end, { once: true });
  const complaints = lastOf(child.stderr);
  const code = await exitCode(child);
  kill?.removeEventListener('abort', end);
  if (code === 0) fs.renameSync(`${temporary}.html`, page);
  else {
    fs.rmSync(`${temporary}.html`, { force: true });
    // Of a Python traceback, the last line tells what happened.
    const reason = complaints().split('\n').at(-1) || `it ended with ${String(code)}`;
    throw new UserError(`nbconvert could not write a page of ${executed}: ${reason}`);
  }
  return page;
}

/** nbconvert takes the name of its output for a template in the style of Python's `format`. */
function asTemplate(name: string): string {
  return name.replace(/[{}]/g, '$&$&');
}

/** nbconvert takes paths of notebooks for patterns in the style of Python's `glob`. */
function asPattern(file: string): string {
  return file.replace(/[*?[]/g, '[$&]');
}
