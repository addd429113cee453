/** `npm run models`, as a person types it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { test } from 'node:test';
import type { LayerRow, NetworkName } from '../../lib/models';
import { projectRoot } from '../../lib/runtime/paths';
import { expected } from './expected';

function models(...args: string[]): { code: number | null; output: string; errors: string } {
  const script = path.join(projectRoot, 'scripts', 'models.ts');
  const run = spawnSync(process.execPath, ['-r', './lib/runtime/register-ts.js', script, ...args], {
    encoding: 'utf8',
  });
  return { code: run.status, output: run.stdout, errors: run.stderr };
}

test('the registry lists every network with its paper and its counts', () => {
  const { code, output } = models();
  assert.equal(code, 0);
  const lines = output.trimEnd().split('\n');
  for (const [name, { total, trainable, nonTrainable }] of Object.entries(expected)) {
    const line = lines.find((each) => each.startsWith(`${name} `)) ?? '';
    const counts = [total, trainable, nonTrainable].map((count) => count.toLocaleString('en-US'));
    assert.match(line, new RegExp(` \\w.* (19|20)\\d\\d +${counts.join(' +')} +[\\d,]+$`), name);
  }
  assert.match(output, /Ioffe & Szegedy 2015/);
  assert.match(output, /LeCun et al\. 1998/);
});

test('a name prints that network layer by layer', () => {
  const { code, output } = models('lenet5', '--batch', '1000');
  assert.equal(code, 0);
  assert.match(output, /^LeNet-5: 62,006 parameters/);
  assert.match(output, /MB for 1000 images/);
  // 28 · 28 · 6 values of four bytes, a thousand times.
  assert.match(output, /^c1 +Conv2D +28 × 28 × 6 +456 +352,800 +18\.82$/m);
  assert.match(output, /Depth: 5 weighted layers.*16 × 16 pixels/);
});

interface Printed {
  readonly name: NetworkName;
  readonly parameters: number;
  readonly rows: readonly LayerRow[];
}

test('--json prints the same as data, rows included', () => {
  const all = JSON.parse(models('--json').output) as Printed[];
  assert.deepEqual(
    all.map(({ name, parameters }) => [name, parameters]),
    Object.entries(expected).map(([name, { total }]) => [name, total]),
  );
  const { rows } = JSON.parse(models('vgg16', '--json').output) as Printed;
  assert.deepEqual(
    rows.map(({ layer, type, parameters }) => [layer, type, parameters]),
    expected.vgg16.rows,
  );
});

test('what cannot be answered ends with one sentence and code 1', () => {
  for (const [args, message] of [
    [['lenet6'], /^No network is called "lenet6"\. Choose one of: baseline, /m],
    [['--batch', '0'], /^--batch is 0, but has to be a whole number/m],
    [['vgg16', 'lenet5'], /^Give one name, not vgg16 and lenet5\./m],
    [['--jason'], /^Unknown option '--jason'/m],
  ] as const) {
    const { code, output, errors } = models(...args);
    assert.deepEqual([code, output], [1, '']);
    assert.match(errors, message);
    assert.doesNotMatch(errors, / at .*\.ts:\d/);
  }
});
