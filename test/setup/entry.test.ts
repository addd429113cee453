import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { needRoom } from '../../scripts/setup/files';
import { newFolder, projectRoot, runToEnd, write } from './fakes';

const entry = path.join(projectRoot, 'scripts', 'setup.js');

/** Runs a script under a Node that says it is another version. */
function runAs(version: string, script: string) {
  const pretend = write(
    path.join(newFolder(), 'pretend.js'),
    `Object.defineProperty(process.versions, 'node', { value: '${version}' });`,
  );
  return runToEnd(process.execPath, ['-r', pretend, script, '--help'], process.env);
}

test('too old a Node gets the sentence and nothing else', async () => {
  const { code, stdout, stderr } = await runAs('18.20.4', entry);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^Node 18\.20\.4 is running, and at least 20\.10 is needed: install one .*npm run setup\n$/,
  );
});

test('a new Node goes on', async () => {
  const { code, stdout } = await runAs('26.0.0', entry);
  assert.equal(code, 0);
  assert.match(stdout, /--rebuild/);
});

test('what runs before the check can be read by an old Node', () => {
  for (const file of ['setup.js', 'setup/node-version.js', 'setup/register-ts.js', 'npx/cli.js']) {
    const source = fs.readFileSync(path.join(projectRoot, 'scripts', file), 'utf8');
    const as = (target: ts.ScriptTarget) =>
      ts.transpileModule(source, { compilerOptions: { target, module: ts.ModuleKind.ESNext } }).outputText;
    // The compiler rewrites what is newer than its target.
    assert.equal(as(ts.ScriptTarget.ES2019), as(ts.ScriptTarget.ESNext), `${file} has newer syntax`);
    assert.doesNotMatch(source, /require\('node:/, `${file}: Node 12 knows no node: names`);
  }
});

test('too little room on the disk is a sentence with the numbers', () => {
  const statfs = () => ({ bavail: 1_000_000, bsize: 1000 });
  assert.doesNotThrow(() => {
    needRoom('/clone', 0.9, 'node_modules', statfs);
  });
  assert.throws(() => {
    needRoom('/clone', 2.5, '.venv', statfs);
  }, /disk of \/clone has 1\.0 GB free, and \.venv needs 2\.5 GB: free some .*npm run setup/);
});

test('without the npm packages, scripts in TypeScript say so', async () => {
  const folder = newFolder();
  for (const file of ['register-ts.js', 'node-version.js']) {
    fs.copyFileSync(path.join(projectRoot, 'scripts', 'setup', file), path.join(folder, file));
  }
  const { code, stderr } = await runToEnd(
    process.execPath,
    ['-r', path.join(folder, 'register-ts.js'), '-p', '1'],
    {
      PATH: process.env.PATH,
    },
  );
  assert.equal(code, 1);
  assert.equal(stderr, 'The npm packages are not installed: run: npm run setup\n');
});
