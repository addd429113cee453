/** Small file systems that are full or read-only: what a test's own folder can't be for the super-user. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** Calls `use` with a folder on a tmpfs of its own. @param options of `mount`, such as `size=60k` */
export function withMount<T>(options: string, use: (folder: string) => T): T {
  const { folder, release } = mountOwn(options);
  try {
    return use(folder);
  } finally {
    release();
  }
}

export function mountOwn(options: string): { readonly folder: string; release: () => void } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mount-'));
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  if (status !== 0) {
    fs.rmdirSync(folder);
    throw new Error(`no tmpfs could be mounted: ${String(stderr)}`);
  }
  return {
    folder,
    release: () => {
      spawnSync('umount', ['-l', folder]);
      fs.rmdirSync(folder);
    },
  };
}

function whyNoMounts(): string | false {
  try {
    withMount('size=16k', () => undefined);
    return false;
  } catch {
    return 'this user may not mount a file system, which this needs';
  }
}

/** For a test's `skip` option. */
export const skipWithoutMounts = whyNoMounts();
