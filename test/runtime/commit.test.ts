import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { untraceable } from '../../lib/published/commits';
import { commitOf } from '../../lib/runtime/commit';

const base = fs.mkdtempSync(path.join(os.tmpdir(), 'commit-test-'));
after(() => {
  fs.rmSync(base, { recursive: true, force: true });
});

function git(folder: string, ...args: string[]): void {
  const own = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'commit.gpgsign=false'];
  const { status, stderr } = spawnSync('git', [...own, ...args], { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

/** A folder with a package.json of that version. */
function project(...names: string[]): string {
  const folder = path.join(base, ...names);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "version": "1.2.3" }');
  return folder;
}

test('a clone has its commit, and -dirty once files have changed', () => {
  const clone = project('clone');
  git(clone, 'init', '-q');
  assert.equal(commitOf(clone), 'v1.2.3', 'nothing is committed yet');
  git(clone, 'add', '.');
  git(clone, 'commit', '-qm', 'all');
  const commit = commitOf(clone);
  assert.match(commit, /^[0-9a-f]{12}$/);
  fs.writeFileSync(path.join(clone, 'new'), '');
  assert.equal(commitOf(clone), commit, 'files that git does not know do not count');
  fs.appendFileSync(path.join(clone, 'package.json'), '\n');
  assert.equal(commitOf(clone), `${commit}-dirty`);
});

test('a copy without history has its version, even inside another project’s clone', () => {
  assert.equal(commitOf(project('copy')), 'v1.2.3');
  const other = project('other');
  git(other, 'init', '-q');
  git(other, 'add', '.');
  git(other, 'commit', '-qm', 'all');
  const inside = project('other', 'inside');
  assert.equal(commitOf(inside), 'v1.2.3');
  git(other, 'add', '.');
  git(other, 'commit', '-qm', 'with the copy');
  assert.match(commitOf(inside), /^[0-9a-f]{12}$/);
  fs.appendFileSync(path.join(other, 'package.json'), '\n');
  assert.match(commitOf(inside), /^[0-9a-f]{12}$/, 'what changes beside it does not count');
});

test('a run that a copy without history trained is not published as if its code were known', () => {
  const versions = { commit: 'v1.2.3', node: '20', tensorflow: '2', tfjs: '4', device: 'a processor' };
  const reason = untraceable([{ started: '2026-01-01T00:00:00.000Z', fromStep: 0, versions }]);
  assert.match(String(reason), /^a copy without history trained it, v1\.2\.3/);
});
