/** Pages that open from disk, made by nbconvert. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { temporaryName } from './files';
import { nameOf } from './notebook';
import { exitCode, lastOf, pythonProgram } from './processes';

/**
 * Writes an executed notebook as a page that opens from disk without a network. Scripts that cells wrote are removed.
 * @param kill when aborted, nbconvert is ended at once
 * @returns the page's path
 * @throws UserError with nbconvert's error message, if it fails
 */
export async function exportPage(executed: string, outDir: string, kill?: AbortSignal): Promise<string> {
  fs.mkdirSync(outDir, { recursive: true });
  const page = path.join(outDir, `${nameOf(executed)}.html`);
  const temporary = temporaryName(page);
  const child = spawn(
    pythonProgram('jupyter'),
    [
      ...['nbconvert', '--to', 'html', '--log-level', 'WARN', '--output-dir', outDir],
      // nbconvert adds the extension if it is missing.
      ...['--output', asTemplate(`${path.basename(temporary)}.html`), asPattern(executed)],
    ],
    // In its own process group, so that Ctrl-C reaches only the runner, which lets nbconvert finish.
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
    // The last line of a Python traceback says what happened.
    const reason = complaints().split('\n').at(-1) || `it ended with ${String(code)}`;
    throw new UserError(`nbconvert could not write a page of ${executed}: ${reason}`);
  }
  return page;
}

/** nbconvert treats the name of its output as a template for Python's `format`. */
function asTemplate(name: string): string {
  return name.replace(/[{}]/g, '$&$&');
}

/** nbconvert treats paths of notebooks as patterns for Python's `glob`. */
function asPattern(file: string): string {
  return file.replace(/[*?[]/g, '[$&]');
}
