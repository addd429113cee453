/** Where outputs may go: never over a notebook, and only where they can be written. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { batchCommand } from '../../lib/notebooks/command';
import { temporaryName, writeWhole } from '../../lib/notebooks/files';
import { OutputError } from '../../lib/notebooks/output-error';
import { needNoFolder, needNoSource, prepareFolders } from '../../lib/notebooks/targets';
import { findCircumstances } from '../../scripts/circumstances';
import { projectRoot } from '../../lib/runtime/paths';
import { code, writeNotebook } from './fixtures';
import { skipWithoutMounts, withMount } from './mounts';

let folder: string;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'targets-'));
});
after(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

describe('a source notebook is never an output', () => {
  test('neither by its own path, nor by a link to the folder or to the file', () => {
    const sources = path.join(folder, 'notebooks');
    fs.mkdirSync(sources);
    const source = writeNotebook(sources, 'a', code('1'));
    const linked = path.join(folder, 'linked');
    fs.symlinkSync(sources, linked);
    const soft = path.join(folder, 'soft.ipynb');
    fs.symlinkSync(source, soft);
    const hard = path.join(folder, 'hard.ipynb');
    fs.linkSync(source, hard);
    for (const output of [source, path.join(linked, 'a.ipynb'), soft, hard]) {
      assert.throws(
        () => {
          needNoSource([path.join(folder, 'new.ipynb'), output], [source]);
        },
        { name: 'UserError', message: /a\.ipynb.* would be overwritten by an output: name another folder/ },
        output,
      );
    }
    needNoSource([path.join(folder, 'new.ipynb')], [source, path.join(folder, 'missing.ipynb')]);
  });

  test('a batch and an export over the collection, or over what they read, end with 2 before anything is written', async () => {
    const before = contents(path.join(projectRoot, 'notebooks'));
    const own = path.join(folder, 'own');
    fs.mkdirSync(path.join(own, 'notebooks'), { recursive: true });
    const executed = writeNotebook(path.join(own, 'notebooks'), 'x', code('1'));
    const text = fs.readFileSync(executed, 'utf8');
    const command = { usage: '', circumstances: findCircumstances() };
    for (const args of [
      ['01', '--out', projectRoot],
      [executed, '--out', own],
    ]) {
      assert.equal(await batchCommand(args, command), 2, args.join(' '));
    }
    const run = (...args: string[]): ReturnType<typeof spawnSync> =>
      spawnSync(process.execPath, ['-r', './lib/runtime/register-ts.js', 'scripts/export.ts', ...args], {
        cwd: projectRoot,
        encoding: 'utf8',
      });
    // A copy that has the name of a lesson.
    const lesson = path.join(own, '01-baseline.ipynb');
    fs.copyFileSync(path.join(projectRoot, 'notebooks', '01-baseline.ipynb'), lesson);
    const { status, stderr } = run(lesson, '--out', 'notebooks');
    assert.deepEqual([status, String(stderr).includes('would be overwritten')], [2, true], String(stderr));
    assert.deepEqual(contents(path.join(projectRoot, 'notebooks')), before);
    assert.equal(fs.readFileSync(executed, 'utf8'), text);
    assert.deepEqual(fs.readdirSync(path.join(own, 'notebooks')), ['x.ipynb']);
  });
});

/** Names and sizes with times of what a folder holds. */
function contents(where: string): string[] {
  return fs.readdirSync(where).map((name) => {
    const { size, mtimeMs, ino } = fs.statSync(path.join(where, name));
    return `${name} ${size} ${mtimeMs} ${ino}`;
  });
}

describe('a folder for outputs', () => {
  const refused = (target: string, reason: RegExp): void => {
    assert.throws(
      () => {
        prepareFolders([path.join(folder, 'fine'), target]);
      },
      (error: Error) => {
        assert.equal(error.name, 'UserError');
        // It was known before anything ran, which OutputError would deny.
        assert.ok(!(error instanceof OutputError));
        assert.match(error.message, reason);
        assert.match(error.message, /Name another one with --out\.$/);
        return true;
      },
    );
    assert.ok(!fs.existsSync(path.join(folder, 'fine')), 'what was made is gone again');
  };

  test('is made with those above it, and nothing is left of the trial', () => {
    const deep = path.join(folder, 'a', 'b', 'c');
    prepareFolders([deep, deep]);
    assert.deepEqual(fs.readdirSync(deep), []);
  });

  test('can be no file, nothing below one, no link that leads nowhere or to itself, no name without end', () => {
    const file = path.join(folder, 'file');
    fs.writeFileSync(file, '');
    const loop = path.join(folder, 'loop');
    fs.symlinkSync('loop', loop);
    const broken = path.join(folder, 'broken');
    fs.symlinkSync('nowhere', broken);
    refused(file, /a file stands where a folder has to be/);
    refused(path.join(file, 'below'), /a file stands where a folder has to be/);
    refused(loop, /a file or a broken link stands where/);
    refused(path.join(broken, 'below'), /a file or a broken link stands where/);
    refused(path.join(folder, 'n'.repeat(300)), /a name in its path is too long \(ENAMETOOLONG\)/);
    assert.equal(fs.readFileSync(file, 'utf8'), '');
  });

  test('below /proc is refused, and not tried for ever', { skip: !fs.existsSync('/proc/self') }, () => {
    refused(
      '/proc/x/notebooks',
      /^The folder \/proc\/x\/notebooks can't be written: the system allows no such/,
    );
  });

  test('has to be writable and to have room', { skip: skipWithoutMounts }, () => {
    withMount('ro,size=1m', (mount) => {
      refused(path.join(mount, 'out'), /the file system is read-only/);
      refused(mount, /the file system is read-only/);
    });
    withMount('size=60k', (mount) => {
      fs.writeFileSync(path.join(mount, 'full'), Buffer.alloc(60 * 1024));
      refused(mount, /the disk is full/);
      assert.deepEqual(fs.readdirSync(mount), ['full']);
    });
  });

  test('in it, no folder may have the name of an output', () => {
    const output = path.join(folder, 'taken.ipynb');
    fs.mkdirSync(output);
    assert.throws(() => {
      needNoFolder([path.join(folder, 'new.ipynb'), output]);
    }, /taken\.ipynb can't be written: a folder has that name/);
  });
});

test('a file that can not be written is told in a sentence, and nothing is left beside it', () => {
  const target = path.join(folder, 'a-folder');
  fs.mkdirSync(path.join(target, 'inside'), { recursive: true });
  assert.throws(
    () => {
      writeWhole(target, 'text');
    },
    (error: Error) =>
      error instanceof OutputError && /a-folder can't be written: .*\(EISDIR\)/.test(error.message),
  );
  assert.ok(!fs.existsSync(temporaryName(target)));
  const below = path.join(folder, 'file-above');
  fs.writeFileSync(below, '');
  assert.throws(() => {
    writeWhole(path.join(below, 'x'), 'text');
  }, OutputError);
});
