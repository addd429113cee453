import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPython } from '../../scripts/setup/python';
import { fakePython, newFolder, writeProgram } from './fakes';

test('the newest suitable Python is taken', () => {
  const folder = newFolder();
  fakePython(folder, 'python3', [3, 10, 2]);
  const newer = fakePython(folder, 'python3.12', [3, 12, 1]);
  assert.deepEqual(findPython({ PATH: folder }), { program: newer, version: '3.12.1' });
});

test('a stub that does not run, and one that answers nonsense, are passed over', () => {
  const folder = newFolder();
  writeProgram(folder, 'python3.13', 'echo "command not found" >&2; exit 127');
  writeProgram(folder, 'python3.12', 'echo hello');
  const good = fakePython(folder, 'python3', [3, 11, 7]);
  assert.equal(findPython({ PATH: folder }).program, good);
});

test('one without venv is passed over when another has it', () => {
  const folder = newFolder();
  fakePython(folder, 'python3.12', [3, 12, 0], { missing: ['ensurepip'] });
  const good = fakePython(folder, 'python3.11', [3, 11, 0]);
  assert.equal(findPython({ PATH: folder }).program, good);
});

test('without the venv module, the sentence names it and the package that has it', () => {
  const folder = newFolder();
  fakePython(folder, 'python3', [3, 11, 2], { missing: ['ensurepip'] });
  writeProgram(folder, 'apt-get', '');
  assert.throws(() => findPython({ PATH: folder }), {
    name: 'SetupError',
    message:
      /\(Python 3\.11\.2\) lacks the module ensurepip.*sudo apt-get install python3\.11-venv, then run: npm run setup/,
  });
});

test('too new, too old and unusual Pythons are named in the sentence', () => {
  const folder = newFolder();
  fakePython(folder, 'python3.13', [3, 13, 0], { standard: false });
  fakePython(folder, 'python3', [3, 14, 0]);
  writeProgram(folder, 'dnf', '');
  assert.throws(
    () => findPython({ PATH: folder }),
    /Python 3\.10 to 3\.13 is needed.*python3\.13 is 3\.13\.0, and not 64-bit CPython, python3 is 3\.14\.0.*sudo dnf install/,
  );
});

test('no Python at all', () => {
  assert.throws(() => findPython({ PATH: newFolder() }), /none on PATH runs: install one with/);
});

test('PYTHON is taken or the call fails: no other one in its place', () => {
  const folder = newFolder();
  fakePython(folder, 'python3', [3, 11, 0]);
  const old = fakePython(newFolder(), 'python', [3, 9, 1]);
  assert.throws(() => findPython({ PATH: folder, PYTHON: old }), /python is 3\.9\.1/);
  assert.throws(
    () => findPython({ PATH: folder, PYTHON: '/no/python' }),
    /PYTHON=\/no\/python does not run as a Python 3/,
  );
  const good = fakePython(newFolder(), 'mine', [3, 10, 0]);
  assert.equal(findPython({ PATH: folder, PYTHON: good }).program, good);
});
