import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { registerKernel, whyRegister } from '../../scripts/setup/kernel';
import { newFolder, write } from './fakes';

const node = '/usr/bin/node';

function clone(): string {
  const root = newFolder();
  write(path.join(root, 'scripts/setup/jupyter/etc/nested/config.json'), '{}');
  write(path.join(root, 'scripts/setup/jupyter/share/templates/page.html'), '<html>');
  registerKernel(root, node);
  return root;
}

test('the kernel and Jupyter’s files stand in .venv, and only there', () => {
  const root = clone();
  const spec = JSON.parse(
    fs.readFileSync(path.join(root, '.venv/share/jupyter/kernels/tslab-cifar10/kernel.json'), 'utf8'),
  ) as { argv: string[]; interrupt_mode: string };
  assert.deepEqual(spec.argv, [node, path.join(root, 'lib/kernel/launch.js'), '{connection_file}']);
  assert.equal(spec.interrupt_mode, 'message');
  assert.equal(fs.readFileSync(path.join(root, '.venv/etc/jupyter/nested/config.json'), 'utf8'), '{}');
  assert.equal(fs.readFileSync(path.join(root, '.venv/share/jupyter/templates/page.html'), 'utf8'), '<html>');
  assert.deepEqual(fs.readdirSync(root).sort(), ['.venv', 'scripts']);
});

test('nothing is due when nothing changed', () => {
  assert.equal(whyRegister(clone(), node), '');
});

test('another Node, a moved clone and a changed file each make it due again', () => {
  const root = clone();
  assert.match(whyRegister(root, '/opt/node/bin/node'), /kernel\.json/);

  const moved = path.join(newFolder(), 'moved');
  fs.renameSync(root, moved);
  assert.match(whyRegister(moved, node), /kernel\.json/);
  registerKernel(moved, node);
  assert.equal(whyRegister(moved, node), '');

  write(path.join(moved, 'scripts/setup/jupyter/share/templates/page.html'), '<html lang="en">');
  assert.match(whyRegister(moved, node), /page\.html/);
  registerKernel(moved, node);
  assert.equal(whyRegister(moved, node), '');
});

test('papermill’s translator is laid out as an installed package, for each Python of .venv', () => {
  const root = newFolder();
  const packages = path.join(root, '.venv/lib/python3.12/site-packages');
  fs.mkdirSync(packages, { recursive: true });
  for (const file of ['translator.py', 'METADATA', 'entry_points.txt']) {
    write(path.join(root, 'scripts/setup/papermill', file), file);
  }
  assert.notEqual(whyRegister(root, node), '');
  registerKernel(root, node);
  assert.equal(whyRegister(root, node), '');
  assert.deepEqual(fs.readdirSync(packages, { recursive: true }).sort(), [
    'papermill_tslab-1.0.dist-info',
    'papermill_tslab-1.0.dist-info/METADATA',
    'papermill_tslab-1.0.dist-info/entry_points.txt',
    'translator.py',
  ]);
});
