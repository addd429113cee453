/** Runs the scripts that read and write models in Python. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { projectRoot } from '../runtime/paths';

/**
 * Runs one of scripts/keras on the processor, where its numbers are as exact as float32 is.
 * @returns undefined, or what the script says went wrong: the last line of its errors
 */
export async function runScript(
  python: string,
  script: string,
  args: readonly string[],
): Promise<string | undefined> {
  const file = path.join(projectRoot, 'scripts', 'keras', script);
  const child = spawn(python, [file, ...args], {
    env: { ...process.env, CUDA_VISIBLE_DEVICES: '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors = (errors + text.toString()).slice(-20_000)));
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', (error) => {
      reject(new UserError(`${python} does not start: ${error.message}. Run \`npm run setup\`.`));
    });
    child.once('close', (status, signal) => {
      resolve(signal ?? status);
    });
  });
  if (code === 0) return undefined;
  return errors.trim().split('\n').at(-1)?.trim() || `its process ended with ${String(code)}`;
}

/** Calls `use` with a new empty folder, which is gone afterwards. */
export async function withScratch<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'exchange-'));
  try {
    return await use(folder);
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}
