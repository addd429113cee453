/**
 * The files for containers agree with each other and with the project; `npm run stress:containers` goes further and
 * runs their steps.
 */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { PYTHONS } from '../../scripts/setup/python-packages';
import { tooOldNode } from '../../scripts/setup/node-version';
import { projectRoot } from './fakes';
import { instructionsOf, readDockerfile } from './dockerfile';

const read = (...file: string[]) => fs.readFileSync(path.join(projectRoot, ...file), 'utf8');
const readme = read('README.md');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> };

/** Debian's Python, by the release's name in an image's tag. */
const debianPython: Readonly<Record<string, number>> = { bookworm: 11, trixie: 13 };

/** Nodes that README names: "Node 20 (20.10 or later), 22, 24 or 26". */
const nodes = [...(/Node (20 [^A-Z]+)/.exec(readme)?.[1] ?? '').matchAll(/\b\d\d\b(?!\.)/g)].map(Number);

function needNode(version: number): void {
  assert.ok(nodes.includes(version), `README names Node ${nodes.join(', ')}, and not ${version}`);
  assert.equal(tooOldNode(`${version}.0.0`), '');
}

/** The npm scripts that a shell command runs. */
function npmScripts(command: string): string[] {
  return [...command.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name]) => name);
}

test('a Dockerfile is read as stages of instructions', () => {
  const stages = readDockerfile(
    'FROM a:1 AS b\n# c\nRUN d \\\n  && e\nFROM b\nUSER 1\nRUN --mount=type=cache,target=/f \\\n  g\n',
  );
  assert.deepEqual(instructionsOf(stages), [
    { name: 'RUN', text: 'd && e' },
    { name: 'USER', text: '1' },
    { name: 'RUN', text: 'g' },
  ]);
  assert.throws(() => readDockerfile('FROM a\nrun b'), /not an instruction/);
});

for (const file of ['Dockerfile', 'Dockerfile.cuda']) {
  test(`${file}: a supported Node and Python, and steps that exist`, () => {
    const stages = readDockerfile(read(file));
    const base = /^node:(\d+)-(\w+)-slim$/.exec(stages[0].base);
    assert.ok(base, stages[0].base);
    needNode(Number(base[1]));
    const minor = debianPython[base[2]];
    assert.ok(minor >= PYTHONS.oldest[1] && minor <= PYTHONS.newest[1], `Python 3.${minor}`);

    const steps = instructionsOf(stages);
    const called = steps.flatMap(({ name, text }) => {
      if (name === 'RUN') return npmScripts(text);
      return name === 'CMD' ? npmScripts((JSON.parse(text) as string[]).join(' ')) : [];
    });
    assert.deepEqual(called, ['setup', 'lab']);
    for (const name of called) assert.ok(Object.hasOwn(scripts, name), name);
    // Nothing of the project runs as root.
    const user = steps.findIndex(({ name }) => name === 'USER');
    assert.ok(user !== -1 && user < steps.findIndex(({ name }) => name === 'COPY'));
  });
}

test('the two Dockerfiles differ in what CUDA needs, and in nothing else', () => {
  const ofCuda = instructionsOf(readDockerfile(read('Dockerfile.cuda')));
  const withoutCard = ofCuda
    .filter(({ name, text }) => name !== 'ENV' || !text.startsWith('NVIDIA_'))
    .map(({ name, text }) => ({ name, text: text.replace('--cuda', '--cpu') }));
  assert.deepEqual(withoutCard, instructionsOf(readDockerfile(read('Dockerfile'))));
  assert.equal(ofCuda.length, withoutCard.length + 1);
});

test('an image gets nothing that git ignores', () => {
  const entries = (file: string) =>
    new Set(
      read(file)
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => line.replace(/^(!?)\*\*\//, '$1').replace(/\/$/, '')),
    );
  const left = entries('.dockerignore');
  assert.deepEqual(
    [...entries('.gitignore')].filter((entry) => !left.has(entry)),
    [],
  );
  assert.ok(left.has('.git'));
});

test('the devcontainer builds on a stage of the Dockerfile, and sets up with a script that exists', () => {
  const { build, remoteUser, postCreateCommand, customizations } = JSON.parse(
    read('.devcontainer', 'devcontainer.json'),
  ) as {
    build: { dockerfile: string; context: string; target: string };
    remoteUser: string;
    postCreateCommand: string;
    customizations: { vscode: { settings: Record<string, string> } };
  };
  const stages = readDockerfile(read('.devcontainer', build.dockerfile));
  assert.ok(stages.some(({ name }) => name === build.target));
  assert.equal(path.join('.devcontainer', build.context), '.');
  assert.equal(remoteUser, 'node');
  assert.deepEqual(npmScripts(postCreateCommand), ['setup']);
  // Where VS Code looks for kernels: in share/jupyter of the interpreter's environment.
  assert.equal(
    customizations.vscode.settings['python.defaultInterpreterPath'],
    '${containerWorkspaceFolder}/.venv/bin/python',
  );
});

test('Binder: a supported Node and Python, a compiler, and scripts that can be run', () => {
  const environment = read('binder', 'environment.yml');
  needNode(Number(/nodejs=(\d+)/.exec(environment)?.[1]));
  const minor = Number(/python=3\.(\d+)/.exec(environment)?.[1]);
  assert.ok(minor >= PYTHONS.oldest[1] && minor <= PYTHONS.newest[1], `Python 3.${minor}`);
  assert.equal(read('binder', 'apt.txt'), 'g++\n');
  assert.deepEqual(npmScripts(read('binder', 'postBuild')), ['setup']);
  for (const script of ['postBuild', 'start']) {
    assert.match(read('binder', script), /^#!\/bin\/bash\n/);
    assert.ok((fs.statSync(path.join(projectRoot, 'binder', script)).mode & 0o100) !== 0, script);
  }
});
