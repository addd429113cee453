import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { withScratchFolder } from '../../lib/graph/scratch';

test('a scratch folder goes when it was used, and that of a killed process when the next one is made', async () => {
  const parent = fs.mkdtempSync(path.join(os.tmpdir(), 'scratch-test-'));
  try {
    const scratch = path.join(__dirname, '..', '..', 'lib', 'graph', 'scratch');
    const script = `
      const { withScratchFolder } = require(${JSON.stringify(scratch)});
      void withScratchFolder(async () => process.kill(process.pid, 'SIGKILL'), ${JSON.stringify(parent)});`;
    const { signal } = spawnSync(process.execPath, ['-r', './lib/runtime/register-ts.js', '-e', script]);
    assert.equal(signal, 'SIGKILL');
    assert.equal(fs.readdirSync(parent).length, 1, 'the killed process left its folder');

    await withScratchFolder(async (folder) => {
      assert.deepEqual(fs.readdirSync(parent), [path.basename(folder)], 'only the own one is there');
      assert.equal(fs.statSync(folder).mode & 0o077, 0, 'nobody else looks in');
      await withScratchFolder((inner) => {
        assert.equal(fs.readdirSync(parent).length, 2, 'that of a living process stays');
        assert.notEqual(inner, folder);
        return Promise.resolve();
      }, parent);
    }, parent);
    await assert.rejects(
      withScratchFolder(() => Promise.reject(new Error('no')), parent),
      /no/,
    );
    assert.deepEqual(fs.readdirSync(parent), []);
  } finally {
    fs.rmSync(parent, { recursive: true });
  }
});
