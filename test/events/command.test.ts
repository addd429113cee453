/** `npm run tensorboard` before there is anything to show, and `npm run train -- … --tensorboard`. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { projectRoot, registerTs, venvDir } from '../../lib/runtime/paths';
import { readArguments } from '../../scripts/train/arguments';
import { temporaryFolder } from '../train/fixtures';

const folder = temporaryFolder('tensorboard-command-');

function tensorBoard(...args: readonly string[]): { code: number | null; output: string } {
  const script = path.join(projectRoot, 'scripts', 'tensorboard.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-r', registerTs, script, ...args], {
    encoding: 'utf8',
  });
  return { code: status, output: stdout + stderr };
}

test('without event files, a sentence says so and how to get some', () => {
  fs.mkdirSync(path.join(folder, 'run'));
  for (const runs of [folder, path.join(folder, 'missing')]) {
    const { code, output } = tensorBoard('--runs', runs);
    assert.equal(code, 1);
    assert.match(output, /^There is nothing to show yet: no run in .* --tensorboard`.*tensorBoard\(\)/);
  }
});

test('a port that is none is refused', () => {
  const { code, output } = tensorBoard('--port', '65536');
  assert.equal(code, 1);
  assert.match(output, /--port is "65536", but has to be a whole number from 0 to 65535/);
});

test('set-up installs TensorBoard', () => {
  assert.ok(fs.existsSync(path.join(venvDir, 'bin', 'tensorboard')));
});

test('--tensorboard changes what a run writes, not which run it is', () => {
  const [without, withEvents] = [[], ['--tensorboard']].map((more) => readArguments(['lenet5', ...more]));
  assert.deepEqual([without.tensorBoard, withEvents.tensorBoard], [false, true]);
  assert.deepEqual({ ...withEvents, tensorBoard: false }, without);
});
