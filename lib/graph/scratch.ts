/**
 * Temporary folders for graphs, which TensorFlow can only read from disk. If a process is killed between writing and
 * loading, its folder stays, and the next process that makes one removes it.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { identify, isRunning } from '../runtime/process-lock';

const prefix = 'tslab-graph~';

/** The process's identity without colons, which some systems do not allow in a folder's name. */
const toName = (identity: string): string => identity.replaceAll(':', '+');
const fromName = (name: string): string => name.replaceAll('+', ':');

/**
 * Calls `use` with the path of a fresh folder that no other user can look into, and removes the folder when the
 * promise settles.
 * @param parent where to make it; defaults to the system's folder for temporary files
 */
export async function withScratchFolder<T>(
  use: (folder: string) => Promise<T>,
  parent = os.tmpdir(),
): Promise<T> {
  removeLeftOvers(parent);
  const folder = fs.mkdtempSync(path.join(parent, `${prefix}${toName(identify(process.pid))}~`));
  const remove = (): void => {
    fs.rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  try {
    return await use(folder);
  } finally {
    process.removeListener('exit', remove);
    remove();
  }
}

function removeLeftOvers(parent: string): void {
  for (const name of fs.readdirSync(parent)) {
    if (!name.startsWith(prefix)) continue;
    const [identity] = name.slice(prefix.length).split('~');
    if (isRunning(fromName(identity))) continue;
    try {
      fs.rmSync(path.join(parent, name), { recursive: true, force: true });
    } catch {
      // It belongs to another user.
    }
  }
}
