import assert from 'node:assert/strict';
import * as path from 'node:path';
import { test } from 'node:test';
import { installPackages, lockDifference, npmCommand, npmFailure, whyInstall } from '../../scripts/setup/npm';
import { newFolder, write, writeProgram } from './fakes';

const a = { version: '1.0.0', integrity: 'sha512-a' };

test('an install is compared with the lockfile package by package', () => {
  const wanted = { '': {}, 'node_modules/a': a };
  assert.equal(lockDifference(wanted, { 'node_modules/a': a }), '');
  assert.match(lockDifference(wanted, {}), /a is not installed/);
  assert.match(lockDifference(wanted, { 'node_modules/a': { ...a, version: '1.0.1' } }), /a differs/);
  assert.match(lockDifference(wanted, { 'node_modules/a': { ...a, integrity: 'sha512-b' } }), /a differs/);
  const extra = { 'node_modules/a': a, 'node_modules/a/node_modules/b': a };
  assert.match(lockDifference(wanted, extra), /b is not in the lockfile/);
});

test('a package for another system may be missing, one for this system may not', () => {
  const wanted = { 'node_modules/a': a, 'node_modules/fsevents': { ...a, optional: true } };
  assert.equal(lockDifference(wanted, { 'node_modules/a': a }), '');
});

function clone(installed: boolean): string {
  const root = newFolder();
  const packages = { 'node_modules/a': a };
  write(path.join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...packages } }));
  write(path.join(root, 'node_modules/a/package.json'), '{}');
  if (installed) write(path.join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
  return root;
}

test('npm’s own record decides: an interrupted install has none', () => {
  assert.equal(whyInstall(clone(true)), '');
  assert.equal(whyInstall(clone(false)), 'no finished install yet');
});

test('a package that was removed by hand is noticed', async () => {
  const root = clone(true);
  const { rmSync } = await import('node:fs');
  rmSync(path.join(root, 'node_modules/a'), { recursive: true });
  assert.match(whyInstall(root), /node_modules\/a is missing/);
});

test('a damaged lockfile is a sentence with the command that mends it', () => {
  const root = clone(true);
  write(path.join(root, 'package-lock.json'), '{');
  assert.throws(() => whyInstall(root), /package-lock.json is missing or damaged: run: git checkout/);
});

test('npm’s failures become sentences', () => {
  const noNetwork = /registry can't be reached \(ENOTFOUND\): connect to the network.*npm run setup/;
  assert.match(npmFailure('/clone', 'npm error code ENOTFOUND').message, noNetwork);
  assert.match(
    npmFailure('/clone', 'npm error code ENOTCACHED', 'npm error network timeout').message,
    /\(network timeout\)/,
  );
  assert.match(npmFailure('/clone', 'npm error code ENOSPC').message, /disk is full: free/);
  const refused = 'npm error code EACCES\nnpm error syscall mkdir\nnpm error path ';
  assert.match(
    npmFailure('/clone', `${refused}/home/me/.npm`).message,
    /^\/home\/me\/\.npm can't be written, .*: name a folder for npm’s cache with export npm_config_cache=/,
  );
  assert.match(npmFailure('/clone', `${refused}/clone/node_modules/a`).message, /sudo chown .* \/clone, or/);
  const other = npmFailure('/clone', 'npm error code EUSAGE');
  assert.match(other.message, /npm ci failed for the reason above/);
  assert.equal(other.detail, 'npm error code EUSAGE');
});

test('an npm that was told to be silent still says why, and a dead registry costs seconds', async () => {
  const root = newFolder();
  const missing = { version: '1.0.0', resolved: 'http://127.0.0.1:1/a.tgz', integrity: 'sha512-AAAA' };
  const packages = { '': { dependencies: { a: '1.0.0' } }, 'node_modules/a': missing };
  write(path.join(root, 'package.json'), JSON.stringify({ dependencies: { a: '1.0.0' } }));
  write(path.join(root, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
  const env = {
    ...process.env,
    npm_config_loglevel: 'silent',
    npm_config_registry: 'http://127.0.0.1:1/',
    npm_config_cache: newFolder(),
  };
  const told: string[] = [];
  const install = installPackages(root, env, path.join(root, 'running'), (line) => told.push(line));
  await assert.rejects(install, /registry can't be reached \(ECONNREFUSED\): connect to the network/);
  assert.deepEqual(told, ['the npm registry does not answer; trying what npm keeps in its cache']);
});

test('npm is the one that runs set-up, and is started with this Node', () => {
  const cli = write(path.join(newFolder(), 'npm-cli.js'), '');
  assert.deepEqual(npmCommand({ npm_execpath: cli }), [process.execPath, cli]);
});

test('another package manager’s program is not taken for npm', () => {
  const folder = newFolder();
  const yarn = write(path.join(folder, 'yarn.js'), '');
  writeProgram(folder, 'npm', '');
  assert.notEqual(npmCommand({ npm_execpath: yarn, PATH: folder }).at(-1), yarn);
});
