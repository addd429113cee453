import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { makeVenv, pipFailure, pipProgress, readVenv, whyMakeVenv } from '../../scripts/setup/venv';
import { newFolder, write, writeProgram } from './fakes';

/**
 * A Python that makes an environment holding itself, and there behaves as pip: it notes its call, and ends as
 * `pipEnds` says.
 */
function fakeInstaller(pipEnds: string): NodeJS.ProcessEnv {
  const folder = newFolder();
  const file = path.join(folder, 'python3');
  const answer = JSON.stringify({ version: [3, 11, 0], file, missing: [], standard: true });
  const own = '"$0"';
  writeProgram(
    folder,
    'python3',
    `case "$1" in
      -c) echo '${answer}' ;;
      -m) rm -rf "$4"; mkdir -p "$4/bin"; cp ${own} "$4/bin/python" ;;
      *) echo "$TMPDIR $*" >> ${folder}/calls; ${pipEnds} ;;
    esac`,
  );
  return { PATH: `${folder}:/usr/bin:/bin`, PYTHON: file, CALLS: path.join(folder, 'calls') };
}

async function make(
  root: string,
  env: NodeJS.ProcessEnv,
  flavour: 'cpu' | 'none' = 'cpu',
): Promise<string[]> {
  const told: string[] = [];
  const context = {
    env,
    workFolder: path.join(root, 'work'),
    leftOverFile: path.join(root, 'running'),
    tell: (line: string) => told.push(line),
  };
  await makeVenv(root, flavour, context);
  return told;
}

const calls = (env: NodeJS.ProcessEnv) => fs.readFileSync(env.CALLS!, 'utf8').trim().split('\n');

test('an environment is made once, and pip works inside the clone', async () => {
  const root = newFolder();
  const env = fakeInstaller('exit 0');
  assert.equal(whyMakeVenv(root, 'cpu'), 'not there yet');
  const told = await make(root, env);
  assert.match(told[0], /Python 3\.11\.0/);
  assert.equal(whyMakeVenv(root, 'cpu'), '');
  assert.equal(readVenv(root)?.flavour, 'cpu');
  assert.equal(calls(env).length, 1);
  assert.ok(calls(env)[0].startsWith(path.join(root, 'work')), 'pip’s temporary files lie elsewhere');
  assert.ok(!fs.existsSync(path.join(root, 'work')));
});

test('a failed or interrupted install leaves no record, and the next one starts from nothing', async () => {
  const root = newFolder();
  await assert.rejects(make(root, fakeInstaller('echo broken; exit 1')), /pip install failed/);
  assert.equal(whyMakeVenv(root, 'cpu'), 'no finished install of ours is in it; made anew');
  fs.writeFileSync(path.join(root, '.venv', 'half-installed'), '');
  await make(root, fakeInstaller('exit 0'));
  assert.ok(!fs.existsSync(path.join(root, '.venv', 'half-installed')));
});

test('another list of packages is installed in place, and not trusted until that is done', async () => {
  const root = newFolder();
  await make(root, fakeInstaller('exit 0'));
  const record = path.join(root, '.venv', 'setup.json');
  const older = { ...readVenv(root)!, requirements: ['jupyterlab>=3,<4'] };
  fs.writeFileSync(record, JSON.stringify(older));
  fs.writeFileSync(path.join(root, '.venv', 'kept'), '');
  assert.equal(whyMakeVenv(root, 'cpu'), 'the list of packages has changed');

  const seen = path.join(root, 'seen');
  fs.writeFileSync(path.join(root, '.venv', 'bin', 'python'), `#!/bin/sh\nls -A ${root}/.venv > ${seen}\n`);
  await make(root, fakeInstaller('exit 0'));
  assert.doesNotMatch(
    fs.readFileSync(seen, 'utf8'),
    /setup\.json/,
    'the old record was there while pip worked',
  );
  assert.ok(fs.existsSync(path.join(root, '.venv', 'kept')));
  assert.equal(whyMakeVenv(root, 'cpu'), '');
});

test('another TensorFlow, a moved clone and a changed Python each mean a new environment', async () => {
  const root = newFolder();
  await make(root, fakeInstaller('exit 0'));
  assert.match(whyMakeVenv(root, 'cuda'), /it holds TensorFlow for the CPU/);

  const moved = path.join(newFolder(), 'moved');
  fs.cpSync(root, moved, { recursive: true });
  assert.equal(whyMakeVenv(moved, 'cpu'), 'the clone was moved');

  const python = path.join(root, '.venv', 'bin', 'python');
  const newer = path.join(newFolder(), 'python3.12');
  fs.renameSync(python, newer);
  fs.symlinkSync(newer, python);
  assert.match(whyMakeVenv(root, 'cpu'), /^its Python has changed/);
});

test('an environment whose Python was removed, or that another program made, is made anew, and said', async () => {
  const root = newFolder();
  await make(root, fakeInstaller('exit 0'));
  const record = path.join(root, '.venv', 'setup.json');
  const python = path.join(root, '.venv', 'bin', 'python');
  const removed = path.join(newFolder(), 'python3.9');
  fs.writeFileSync(record, JSON.stringify({ ...readVenv(root)!, python: removed }));
  fs.rmSync(python);
  fs.symlinkSync(removed, python);
  assert.equal(readVenv(root), undefined, 'what can’t run is not called installed');
  assert.equal(whyMakeVenv(root, 'cpu'), `its Python is gone (${removed}); made anew with another`);
  await make(root, fakeInstaller('exit 0'));
  assert.equal(whyMakeVenv(root, 'cpu'), '');

  // As `python3.9 -m venv .venv` leaves it.
  fs.rmSync(record);
  write(path.join(root, '.venv', 'pyvenv.cfg'), 'version = 3.9.2');
  assert.match(whyMakeVenv(root, 'cpu'), /no finished install of ours is in it; made anew/);
  await make(root, fakeInstaller('exit 0'));
  assert.equal(whyMakeVenv(root, 'cpu'), '');
});

test('packages of other installations do not reach ours', async () => {
  const root = newFolder();
  const env = fakeInstaller('echo "path=$PYTHONPATH home=$PYTHONHOME" >> "$CALLS"; exit 0');
  await make(root, { ...env, PYTHONPATH: '/elsewhere', PYTHONHOME: '/elsewhere' });
  assert.equal(calls(env).at(-1), 'path= home=');
});

test('pip’s failures become sentences', () => {
  const dead = [
    'left out http://a/simple, which does not answer (ReadTimeoutError)',
    'no package index answers',
  ];
  assert.match(
    pipFailure('/clone', 'ERROR: No matching distribution found', dead).message,
    /No Python package index can be reached \(http:\/\/a\/simple, which .*\): connect to the network.*npm run setup/,
  );
  assert.match(
    pipFailure('/clone', 'OSError: [Errno 28] No space left on device', []).message,
    /disk filled up/,
  );
  assert.match(
    pipFailure('/clone', 'pip._vendor.urllib3.exceptions.ReadTimeoutError', []).message,
    /broke off.*npm run setup/,
  );
  assert.match(
    pipFailure('/clone', 'ERROR: No matching distribution found for tensorflow-cpu<2.22,>=2.19', []).message,
    /no tensorflow-cpu<2\.22,>=2\.19 for this system: .*glibc.*npm run setup/,
  );
  assert.match(
    pipFailure('/clone', "PermissionError: [Errno 13] Permission denied: '/clone/.venv/lib'", []).message,
    /^\/clone\/\.venv\/lib can't be written.*\(EACCES\): get it back with sudo chown .*npm run setup$/,
  );
  assert.equal(pipFailure('/clone', 'ERROR: what', []).detail, 'ERROR: what');
});

test('large downloads are told, small ones are not', () => {
  const line = '  Downloading tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl (273.8 MB)';
  assert.equal(pipProgress(line), 'downloading tensorflow_cpu 2.21.0 (273.8 MB)');
  assert.equal(
    pipProgress('Downloading https://host/a/b/big-1.0-py3-none-any.whl (1.2 GB)'),
    'downloading big 1.0 (1.2 GB)',
  );
  assert.equal(pipProgress('Downloading six-1.17.0-py2.py3-none-any.whl (11 kB)'), '');
  assert.equal(pipProgress('setup: left out x'), 'left out x');
});
