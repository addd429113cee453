import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { projectRoot, registerTs, venvDir } from '../../lib/runtime/paths';

const python = path.join(venvDir, 'bin', 'python');
const skip = fs.existsSync(python) ? false : 'no .venv: npm run setup makes it';
const names = ['TF_ENABLE_ONEDNN_OPTS', 'TF_CPP_MIN_LOG_LEVEL'];
const scripts = path.join(projectRoot, 'scripts', 'keras');

/** What a process finds in its environment after it prepared for TensorFlow, the user having set `own`. */
function prepared(program: string, args: readonly string[], own: object): unknown {
  const env = { ...process.env, ...Object.fromEntries(names.map((name) => [name, undefined])), ...own };
  const { stdout, stderr } = spawnSync(program, args, { cwd: scripts, env, encoding: 'utf8' });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout);
}

test('Node and Python prepare TensorFlow alike, and leave what the user has set', { skip }, () => {
  const module = JSON.stringify(path.join(projectRoot, 'lib', 'runtime', 'environment'));
  const list = JSON.stringify(names);
  const inNode = `require(${module}); console.log(JSON.stringify(${list}.map((name) => process.env[name])))`;
  const inPython = `import environment, json, os; print(json.dumps([os.environ.get(name) for name in ${list}]))`;
  for (const [own, expected] of [
    [{}, ['1', '2']],
    [{ TF_ENABLE_ONEDNN_OPTS: '0' }, ['0', '2']],
  ] as const) {
    assert.deepEqual(prepared(process.execPath, ['-r', registerTs, '-e', inNode], own), expected);
    assert.deepEqual(prepared(python, ['-c', inPython], own), expected);
  }
});

test('each Python script that trains or measures prepares before it imports Keras', () => {
  // One reads weights out of a file, one runs on JAX, and one is imported by those that train.
  const excepted = ['export_weights.py', 'bench_jax.py', 'networks.py'];
  for (const file of fs.readdirSync(scripts)) {
    const text = fs.readFileSync(path.join(scripts, file), 'utf8');
    const first = /^import (keras|tensorflow)|^from (keras|tensorflow)/m.exec(text);
    if (!first || excepted.includes(file)) continue;
    const prepares = text.indexOf('\nimport environment');
    assert.ok(prepares >= 0 && prepares < first.index, `${file} imports ${first[0]} before environment`);
  }
});
