/** Pages that open from disk, made by nbconvert. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { temporaryName } from './files';
import { nameOf } from './notebook';
import { pythonProgram } from '../runtime/python';
import { exitCode, lastOf } from './processes';

/**
 * Writes an executed notebook as a page that opens from disk without a network. Scripts that cells wrote are removed.
 * @param kill when aborted, nbconvert is ended at once
 * @returns the page's path
 * @throws UserError with nbconvert's error message, if it fails
 */
export async function exportPage(executed: string, outDir: string, kill?: AbortSignal): Promise<string> {
  return convert(executed, path.join(outDir, `${nameOf(executed)}.html`), 'html', kill);
}

/**
 * Runs nbconvert.
 * @param format its exporter, and by that the project's template: see jupyter_config.py
 * @returns `page`
 * @throws UserError with nbconvert's error message, if it fails
 */
export async function convert(
  executed: string,
  page: string,
  format: 'html' | 'slides',
  kill?: AbortSignal,
): Promise<string> {
  const outDir = path.dirname(page);
  fs.mkdirSync(outDir, { recursive: true });
  const temporary = temporaryName(page);
  // nbconvert adds the extension, of HTML only if it is missing: without it, `.tmp` would be taken for one.
  const output = format === 'html' ? `${temporary}.html` : temporary;
  const written = format === 'html' ? output : `${output}.slides.html`;
  const child = spawn(
    pythonProgram('jupyter'),
    [
      ...['nbconvert', '--to', format, '--log-level', 'WARN', '--output-dir', outDir],
      ...['--output', asTemplate(path.basename(output)), asPattern(executed)],
    ],
    // In its own process group, so that Ctrl-C reaches only the runner, which lets nbconvert finish.
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  const end = (): void => void child.kill('SIGKILL');
  kill?.addEventListener('abort', end, { once: true });
  const complaints = lastOf(child.stderr);
  const code = await exitCode(child);
  kill?.removeEventListener('abort', end);
  if (code === 0) fs.renameSync(written, page);
  else {
    fs.rmSync(written, { force: true });
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
