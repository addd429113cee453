/** `npx cifar10-tslab`: the package's command on a package as npm unpacks it, with a stand-in for npm. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { projectRoot } from '../../lib/runtime/paths';
import { packedFiles } from '../../scripts/pack/contents';
import { layOut } from '../../scripts/pack/pack';

const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'npx-test-')));
after(() => {
  fs.rmSync(base, { recursive: true, force: true });
});

const source = path.join(base, 'package');
layOut(source);
const cli = path.join(source, 'project', 'scripts', 'npx', 'cli.js');

/** Notes how it was called and where, as set-up's npm leaves the note of its end, and ends with the code CODE. */
const npm = path.join(base, 'npm-cli.js');
const calls = path.join(base, 'calls');
fs.writeFileSync(
  npm,
  `const fs = require('node:fs');
  const [, script, ...args] = process.argv.slice(2);
  fs.appendFileSync(${JSON.stringify(calls)}, JSON.stringify([process.cwd(), script, ...args]) + '\\n');
  if (script === 'setup' && process.env.CODE === undefined) {
    fs.mkdirSync('node_modules', { recursive: true });
    fs.writeFileSync('node_modules/.package-lock.json', '{}');
  }
  if (process.env.WAIT) setTimeout(() => {}, 60_000);
  process.exitCode = Number(process.env.CODE ?? 0);`,
);

/** The calls of npm since the last time: folder, script, arguments. */
function takeCalls(): string[][] {
  if (!fs.existsSync(calls)) return [];
  const lines = fs.readFileSync(calls, 'utf8').trim().split('\n');
  fs.rmSync(calls);
  return lines.map((line) => JSON.parse(line) as string[]);
}

const newFolder = (): string => fs.mkdtempSync(path.join(base, 'user-'));

function call(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  before: readonly string[] = [],
) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...before, cli, ...args], {
    ...{ cwd, encoding: 'utf8' },
    env: { ...process.env, npm_execpath: npm, ...env },
  });
  return { code: status, stdout, stderr };
}

/** Every file below a folder with its content. */
function contents(folder: string): Map<string, Buffer> {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const isFile = (name: string): boolean => fs.statSync(path.join(folder, name)).isFile();
  return new Map(names.filter(isFile).map((name) => [name, fs.readFileSync(path.join(folder, name))]));
}

test('the first call writes the folder, byte for byte what the clone has, sets up and runs the command in it', () => {
  const cwd = newFolder();
  const { code, stdout } = call(cwd, ['train', '--', 'baseline', '--profile', 'tiny']);
  assert.equal(code, 0);
  assert.match(stdout, /^The collection is now in \.\/cifar10-tslab: .* version \d/);
  const folder = path.join(cwd, 'cifar10-tslab');
  assert.deepEqual(takeCalls(), [
    [folder, 'setup'],
    [folder, 'train', '--', 'baseline', '--profile', 'tiny'],
  ]);
  assert.deepEqual(fs.readdirSync(cwd), ['cifar10-tslab'], 'nothing lies beside it');
  fs.rmSync(path.join(folder, 'node_modules'), { recursive: true });
  const written = contents(folder);
  assert.deepEqual([...written.keys()].sort(), packedFiles().sort());
  for (const [name, content] of written) {
    // Its commands are fewer.
    if (name === 'package.json') continue;
    assert.ok(content.equals(fs.readFileSync(path.join(projectRoot, name))), name);
  }
  // The other tests write the folder several times, and do not need the large files.
  fs.rmSync(path.join(source, 'project', 'outputs', 'published'), { recursive: true });
});

test('a second call goes on with the folder, from its notebooks too, and overwrites nothing', () => {
  const cwd = newFolder();
  const folder = path.join(cwd, 'cifar10-tslab');
  call(cwd, ['setup']);
  assert.deepEqual(takeCalls(), [[folder, 'setup']]);
  const notebook = path.join(folder, 'notebooks', '01-baseline.ipynb');
  fs.writeFileSync(notebook, 'mine');
  fs.rmSync(path.join(folder, 'notebooks', '02-lenet5.ipynb'));
  const before = contents(folder);
  for (const place of [cwd, folder, path.dirname(notebook)]) {
    const { code, stdout } = call(place, ['lab']);
    assert.equal(code, 0);
    assert.equal(stdout, '');
    assert.deepEqual(takeCalls(), [[folder, 'lab']]);
  }
  assert.deepEqual(contents(folder), before);
});

test('another version goes on with the folder, and says so', () => {
  const cwd = newFolder();
  call(cwd, ['setup']);
  const file = path.join(cwd, 'cifar10-tslab', 'package.json');
  const changed = fs.readFileSync(file, 'utf8').replace(/"version": "[^"]*"/, '"version": "0.0.9"');
  fs.writeFileSync(file, changed);
  takeCalls();
  const { code, stdout } = call(cwd, ['results']);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^\.\/cifar10-tslab holds version 0\.0\.9, and goes on with it; .* rename this one first/,
  );
  assert.equal(fs.readFileSync(file, 'utf8'), changed);
  assert.equal(takeCalls().length, 1);
});

test('a folder or file of that name with other things is not touched', () => {
  const [withFolder, withFile] = [newFolder(), newFolder()];
  fs.mkdirSync(path.join(withFolder, 'cifar10-tslab'));
  fs.writeFileSync(path.join(withFolder, 'cifar10-tslab', 'thesis.tex'), 'mine');
  fs.writeFileSync(path.join(withFile, 'cifar10-tslab'), 'mine');
  for (const cwd of [withFolder, withFile]) {
    const before = contents(cwd);
    const { code, stdout, stderr } = call(cwd, ['lab']);
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^\S+\/cifar10-tslab .*left as it is: call npx in another folder, or rename/);
    assert.deepEqual(contents(cwd), before);
  }
  assert.deepEqual(takeCalls(), []);
});

test('an empty folder of that name is taken, and what a killed call left is removed', () => {
  const cwd = newFolder();
  fs.mkdirSync(path.join(cwd, 'cifar10-tslab'));
  // No process has a number as large.
  fs.mkdirSync(path.join(cwd, '.cifar10-tslab-99999999', 'lib'), { recursive: true });
  fs.mkdirSync(path.join(cwd, `.cifar10-tslab-${process.pid}`));
  assert.equal(call(cwd, ['setup']).code, 0);
  takeCalls();
  assert.deepEqual(fs.readdirSync(cwd).sort(), [`.cifar10-tslab-${process.pid}`, 'cifar10-tslab'].sort());
});

test('help, version and a wrong command write nothing', () => {
  const cwd = newFolder();
  const { stdout: help } = call(cwd, []);
  assert.match(help, /^ {2}lab +opens the notebooks in JupyterLab$/m);
  assert.match(help, /^ {2}train +trains in a terminal, and continues where it was stopped$/m);
  assert.doesNotMatch(help, /^ {2}test |stress|\]\(|`/m);
  const said = help.matchAll(/^ {2}([\w-]+) +\S/gm);
  assert.ok([...said].length >= 12, 'README no longer says what the commands do');
  assert.equal(call(cwd, ['--help']).stdout, help);
  assert.match(call(cwd, ['--version']).stdout, /^\d+\.\d+\.\d+\n$/);
  const { code, stderr } = call(cwd, ['trane']);
  assert.equal(code, 1);
  assert.match(stderr, /^"trane" is not a command: there are setup, .*train.* What they do, --help says\n$/);
  assert.deepEqual(fs.readdirSync(cwd), []);
  assert.deepEqual(takeCalls(), []);
});

test('the exit code is the command’s, and a set-up that fails is the end', () => {
  const cwd = newFolder();
  assert.equal(call(cwd, ['lab'], { CODE: '3' }).code, 3);
  assert.deepEqual(
    takeCalls().map(([, script]) => script),
    ['setup'],
  );
  call(cwd, ['setup']);
  takeCalls();
  assert.equal(call(cwd, ['lab'], { CODE: '4' }).code, 4);
  assert.deepEqual(
    takeCalls().map(([, script]) => script),
    ['lab'],
  );
});

test('the command ends with the process that was told to', async () => {
  const cwd = newFolder();
  call(cwd, ['setup']);
  takeCalls();
  const child = spawn(process.execPath, [cli, 'lab'], {
    ...{ cwd, stdio: 'ignore' },
    env: { ...process.env, npm_execpath: npm, WAIT: '1' },
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  while (!fs.existsSync(calls) || fs.statSync(calls).size === 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGTERM');
  assert.equal(await ended, 128 + os.constants.signals.SIGTERM);
  takeCalls();
});

test(
  'a place that can’t be written is named, with what to do',
  { skip: process.platform !== 'linux' },
  () => {
    const { code, stderr } = call('/proc', ['lab']);
    assert.equal(code, 1);
    assert.match(stderr, /^\/proc\/cifar10-tslab can't be written \(E[A-Z]+\): go to a folder of your own/);
  },
);

test('too old a Node gets its sentence, and a clone is no package', () => {
  const cwd = newFolder();
  const pretend = path.join(base, 'pretend.js');
  fs.writeFileSync(pretend, `Object.defineProperty(process.versions, 'node', { value: '18.20.4' });`);
  const old = call(cwd, ['lab'], {}, ['-r', pretend]);
  assert.equal(old.code, 1);
  assert.match(old.stderr, /^Node 18\.20\.4 is running, .*run: the same npx\n$/);
  const inClone = spawnSync(process.execPath, [path.join(projectRoot, 'scripts/npx/cli.js'), 'lab'], {
    ...{ cwd, encoding: 'utf8' },
  });
  assert.equal(inClone.status, 1);
  assert.match(inClone.stderr, /not the npm package but a clone/);
  assert.deepEqual(fs.readdirSync(cwd), []);
});
