/** Programs of the project's Python environment, and what a process wrote and ended with. */
import type { ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { venvDir } from '../runtime/paths';

/** @throws UserError if set-up has not been run */
export function pythonProgram(name: string): string {
  const program = path.join(venvDir, 'bin', name);
  if (!fs.existsSync(program)) throw new UserError('There is no .venv here yet. Run `npm run setup` first.');
  return program;
}

/** Collects a stream. @returns a function that gives its last lines */
export function lastOf(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-4000);
  });
  return () => text.trim();
}

/** @param event 'close' also waits until all its output has been read */
export function exitCode(
  child: ChildProcess,
  event: 'exit' | 'close' = 'close',
): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once(event, (code: number | null, signal: NodeJS.Signals | null) => {
      resolve(code ?? signal);
    });
  });
}
