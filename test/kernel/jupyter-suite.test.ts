import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { test } from 'node:test';
import { notebooksDir, venvDir } from '../../lib/runtime/paths';

test("Jupyter's own test suite passes on the registered kernel, all but the pager", () => {
  const { status, stderr } = spawnSync(
    path.join(venvDir, 'bin', 'python'),
    [path.join(__dirname, 'jupyter_suite.py'), '--verbose'],
    { cwd: notebooksDir, encoding: 'utf8', timeout: 120_000 },
  );
  assert.equal(status, 0, stderr);
  assert.match(stderr, /Ran 12 tests/);
  assert.match(stderr, /OK \(skipped=1\)/);
});
