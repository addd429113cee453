import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

/**
 * Which state of the code a folder of the project holds: its commit, followed by `-dirty` if files have changed since, or
 * `v` and package.json's version if git does not know its files. Such a folder was written by npx or copied without
 * its history, and may lie in another project's clone, whose commit says nothing about it.
 */
export function commitOf(root: string): string {
  const git = (...args: string[]): string | null => {
    const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
    return status === 0 ? stdout.trim() : null;
  };
  const head =
    git('ls-files', '--error-unmatch', 'package.json') === null
      ? null
      : git('rev-parse', '--short=12', 'HEAD');
  if (head === null) return `v${versionOf(root)}`;
  return git('status', '--porcelain', '--untracked-files=no', '.') === '' ? head : `${head}-dirty`;
}

/** Whether what `commitOf` gave is a version, which does not tell one state of the files from another. */
export function isVersion(commit: string): boolean {
  return commit.startsWith('v');
}

function versionOf(root: string): string {
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
