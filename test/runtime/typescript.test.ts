/** Files compiled before, as processes load them. Each test has a copy of the module, with a cache of its own. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { projectRoot } from '../../lib/runtime/paths';

describe('TypeScript that was compiled before', () => {
  let folder: string;
  const inside = (...names: string[]): string => path.join(folder, ...names);
  const cache = (): string[] => {
    const cacheFolder = inside('node_modules', '.cache', 'typescript');
    return fs.readdirSync(cacheFolder).map((name) => path.join(cacheFolder, name));
  };

  before(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'typescript-')));
    fs.mkdirSync(inside('lib', 'runtime'), { recursive: true });
    fs.mkdirSync(inside('node_modules'));
    for (const name of fs.readdirSync(path.join(projectRoot, 'node_modules'))) {
      if (name !== '.cache')
        fs.symlinkSync(path.join(projectRoot, 'node_modules', name), inside('node_modules', name));
    }
    for (const name of ['register-ts.js', 'typescript.js']) {
      fs.copyFileSync(path.join(projectRoot, 'lib', 'runtime', name), inside('lib', 'runtime', name));
    }
    fs.copyFileSync(path.join(projectRoot, 'tsconfig.json'), inside('tsconfig.json'));
  });
  after(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a program of these lines in a process of its own. @returns what it printed, errors included */
  function run(...lines: string[]): string {
    const file = inside('program.ts');
    fs.writeFileSync(file, `${lines.join('\n')}\n`);
    const { stdout, stderr } = spawnSync(process.execPath, ['-r', './lib/runtime/register-ts.js', file], {
      cwd: folder,
      encoding: 'utf8',
    });
    return stdout + stderr;
  }

  test('runs the same, and is compiled anew when it was edited', () => {
    for (const word of ['one', 'one', 'two'])
      assert.equal(run(`const a: string = '${word}';`, 'console.log(a);'), `${word}\n`);
    const [entry, ...others] = cache();
    assert.deepEqual(others, []);
    const { ino } = fs.statSync(entry);
    run("const a: string = 'two';", 'console.log(a);');
    assert.equal(fs.statSync(entry).ino, ino, 'written again, so it was compiled again');
  });

  test('names lines of the source where it throws, the first time and later', () => {
    const lines = [
      'interface A {',
      '  a: number;',
      '}',
      'const a: A = { a: 1 };',
      "throw new Error('no ' + String(a.a));",
    ];
    for (const time of ['first', 'second']) {
      const output = run(...lines);
      assert.match(output, /Error: no 1\n\s+at .*program\.ts:5:7\)/, `the ${time} time`);
    }
  });

  test('is what the cache says; an entry that was damaged is not used', () => {
    const lines = ["console.log('right');"];
    assert.equal(run(...lines), 'right\n');
    const [entry] = cache();
    const whole = fs.readFileSync(entry, 'utf8');
    fs.writeFileSync(entry, whole.replace('right', 'wrong'));
    assert.equal(run(...lines), 'right\n');
    assert.equal(fs.readFileSync(entry, 'utf8'), whole);
    fs.writeFileSync(entry, whole.slice(0, 50));
    assert.equal(run(...lines), 'right\n');
    assert.equal(fs.readFileSync(entry, 'utf8'), whole);
  });

  test('is made anew for another compiler setting', () => {
    const lines = ['class A { b = 1; }', 'console.log(Object.keys(new A()).length);'];
    run(...lines);
    const [before] = cache().map((entry) => fs.readFileSync(entry, 'utf8'));
    const config = fs.readFileSync(inside('tsconfig.json'), 'utf8');
    fs.writeFileSync(inside('tsconfig.json'), config.replace('"ES2022"', '"ES2020"'));
    run(...lines);
    const [later] = cache().map((entry) => fs.readFileSync(entry, 'utf8'));
    assert.notEqual(later, before);
  });
});
