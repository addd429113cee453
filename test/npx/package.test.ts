/** What `npm run pack` puts into the package: all that the folder of a user needs, and no more. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import ts from 'typescript';
import { readNotebook } from '../../lib/notebooks/notebook';
import { projectRoot } from '../../lib/runtime/paths';
import { packedFiles } from '../../scripts/pack/contents';
import { ofPackage, ofProject, type Manifest } from '../../scripts/pack/manifests';
import { keptName, makePackage } from '../../scripts/pack/pack';

/** Bytes. The weights of the published networks are nine tenths of it, and grow with each network. */
const LARGEST = { tarball: 45e6, withoutWeights: 5e6 };

const out = fs.mkdtempSync(path.join(os.tmpdir(), 'pack-test-'));
after(() => {
  fs.rmSync(out, { recursive: true, force: true });
});

const files = packedFiles();
const manifest = JSON.parse(fs.readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as Manifest;

test('npm packs what it is given, under names that it keeps, and the tarball stays small', () => {
  const packed = makePackage(out);
  const expected = [
    ...['LICENSE', 'README.md', 'package.json'],
    ...files.map((file) => `project/${keptName(file)}`),
  ];
  assert.deepEqual(packed.files.map((file) => file.path).sort(), expected.sort());
  assert.equal(path.basename(packed.file), `cifar10-tslab-${manifest.version}.tgz`);
  assert.equal(fs.statSync(packed.file).size, packed.size);
  assert.ok(packed.size < LARGEST.tarball, `${packed.size} bytes`);
  const rest = packed.files.filter((file) => !/\/weights-\w+\.bin$/.test(file.path));
  const restSize = rest.reduce((sum, { size }) => sum + size, 0);
  assert.ok(restSize < LARGEST.withoutWeights, `${restSize} bytes without the weights`);
});

test('what the lessons and set-up consist of is in it as a whole', () => {
  for (const folder of [
    'lib',
    'notebooks',
    'vendor',
    'scripts/setup',
    'scripts/keras',
    'outputs/published',
  ]) {
    const { stdout } = spawnSync('git', ['ls-files', folder], { cwd: projectRoot, encoding: 'utf8' });
    const missing = stdout
      .trim()
      .split('\n')
      .filter((file) => !files.includes(file));
    assert.deepEqual(missing, [], folder);
  }
  for (const file of ['package.json', 'package-lock.json', '.npmrc', 'tsconfig.json', 'scripts/setup.js']) {
    assert.ok(files.includes(file), file);
  }
});

/** The code of a file, or of a notebook's cells. */
function codeOf(file: string): string {
  const full = path.join(projectRoot, file);
  if (!file.endsWith('.ipynb')) return fs.readFileSync(full, 'utf8');
  const cells = readNotebook(full).cells.filter((cell) => cell.cell_type === 'code');
  return cells.map(({ source }) => (Array.isArray(source) ? source.join('') : source)).join('\n');
}

const endings = ['', '.ts', '.tsx', '.js', '.d.ts', '/index.ts', '/index.tsx', '/index.js'];

test('every relative import in it leads to a file in it', () => {
  const known = new Set(files);
  let imports = 0;
  const broken = files
    .filter((file) => /\.(?:tsx?|js|ipynb)$/.test(file))
    .flatMap((file) => {
      const { importedFiles } = ts.preProcessFile(codeOf(file), true, true);
      const relative = importedFiles.map(({ fileName }) => fileName).filter((name) => name.startsWith('.'));
      imports += relative.length;
      return relative
        .filter((name) => {
          const target = path.join(path.dirname(file), name);
          return !endings.some((ending) => known.has(target + ending));
        })
        .map((name) => `${file} imports ${name}`);
    });
  assert.deepEqual(broken, []);
  assert.ok(imports > 1000, `only ${imports} imports were found`);
});

test('every file of the project that its code names by its path is in it', () => {
  /** What set-up and runs make. */
  const made = ['node_modules', '.venv', '.setup', '.bench', 'cluster-keys'];
  const named = files
    .filter((file) => /\.(?:ts|js)$/.test(file))
    .flatMap((file) => [
      ...codeOf(file).matchAll(/path\.join\(\s*(?:projectRoot|root),((?:\s*'[^']+',?)+)\s*\)/g),
    ])
    .map(([, words]) => path.join(...[...words.matchAll(/'([^']+)'/g)].map(([, word]) => word)))
    .filter((name) => !made.includes(name.split('/')[0]));
  assert.ok(named.length >= 10, `only ${named.length} were found`);
  const missing = named.filter((name) => !files.some((file) => file === name || file.startsWith(`${name}/`)));
  assert.deepEqual(missing, []);
});

test('neither tests nor the tools that check the code are in it, and nothing that git does not know', () => {
  const known = spawnSync('git', ['ls-files'], { cwd: projectRoot, encoding: 'utf8' }).stdout.split('\n');
  assert.deepEqual(
    files.filter(
      (file) => !known.includes(file) || /(?:^|\/)test\/|eslint|prettier|dependency-cruiser/.test(file),
    ),
    [],
  );
});

test('npx installs nothing with it, and the command is a program', () => {
  const own = ofPackage(manifest) as Record<string, unknown>;
  const { name, version, description, license, engines } = manifest;
  assert.deepEqual(
    { ...own, keywords: [], bin: {} },
    {
      ...{ name, version, description, license, engines },
      ...{ keywords: [], bin: {} },
    },
  );
  const bin = (own.bin as Record<string, string>)['cifar10-tslab'].replace('project/', '');
  assert.ok(files.includes(bin));
  assert.match(codeOf(bin), /^#!\/usr\/bin\/env node\n/);
});

test('the folder has the commands whose scripts are in it', () => {
  const { scripts, ...rest } = ofProject(manifest, files);
  assert.deepEqual({ ...rest, scripts: manifest.scripts }, manifest);
  const names = Object.keys(scripts);
  for (const name of [
    ...['setup', 'start', 'lab', 'notebooks', 'export', 'slides', 'train', 'doctor', 'data', 'play'],
    ...['results', 'report', 'models', 'bench', 'reproduce', 'published', 'scheduler', 'worker'],
  ]) {
    assert.ok(names.includes(name), name);
  }
  const others = names.filter((name) => /test|lint|stress|typecheck|format|pack|gpu/.test(name));
  assert.deepEqual(others, []);
});
