import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { projectRoot } from '../runtime/paths';
import { type ContenderInfo } from './contender';
import { own } from './contenders';

function packageName(folder: string): unknown {
  try {
    const text = fs.readFileSync(path.join(folder, 'package.json'), 'utf8');
    return (JSON.parse(text) as { name?: unknown }).name;
  } catch {
    return undefined;
  }
}

function git(folder: string, ...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** The commit of a checkout, or the folder's name if it was copied without its history. */
function versionOf(folder: string): string {
  const commit =
    git(folder, 'rev-parse', '--show-prefix') === '' && git(folder, 'rev-parse', '--short', 'HEAD');
  if (!commit) return path.basename(folder);
  return git(folder, 'status', '--porcelain', '--untracked-files=no') === '' ? commit : `${commit}, changed`;
}

/**
 * The engine of another checkout of this project as a contender: that checkout's own worker, in its own folder.
 * @throws UserError if `folder` is no such checkout, or is not set up
 */
export function engineIn(folder: string): ContenderInfo {
  const root = path.resolve(folder);
  const worker = path.join(root, 'lib', 'bench', 'worker.ts');
  const register = path.join(root, 'lib', 'runtime', 'register-ts.js');
  const name = packageName(projectRoot);
  if (packageName(root) !== name || ![worker, register].every((file) => fs.existsSync(file))) {
    throw new UserError(
      `--against is "${folder}", which is no checkout of ${String(name)} with a bench: give the folder of a clone.`,
    );
  }
  const addon = path.join(
    root,
    'node_modules',
    '@tensorflow',
    'tfjs-node-gpu',
    'lib',
    'napi-v8',
    'setup.json',
  );
  if (!fs.existsSync(addon)) {
    throw new UserError(`--against is "${folder}", which is not set up: run there: npm run setup`);
  }
  return {
    name: 'against',
    title: `${own.title}, ${versionOf(root)}`,
    what: `the engine of the checkout in ${folder}`,
    command: [process.execPath, '-r', register, worker, 'graph'],
    folder: root,
  };
}
