import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { projectRoot, venvDir } from '../../lib/runtime/paths';

test("no Python script bears the name of one of Python's own modules, which it would hide from libraries", () => {
  const python = path.join(venvDir, 'bin', 'python');
  const program = 'import json, sys; print(json.dumps(sorted(sys.stdlib_module_names)))';
  const own = new Set(JSON.parse(execFileSync(python, ['-c', program], { encoding: 'utf8' })) as string[]);
  const scripts = fs
    .readdirSync(path.join(projectRoot, 'scripts'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.py'));
  assert.ok(scripts.length > 10);
  assert.deepEqual(
    scripts.filter((file) => own.has(path.basename(file, '.py'))),
    [],
  );
});
