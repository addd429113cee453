import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { UserError } from '../../lib/runtime/errors';
import { jsonWriter } from '../../lib/runtime/json-file';
import { projectRoot, registerTs } from '../../lib/runtime/paths';

const base = fs.mkdtempSync(path.join(os.tmpdir(), 'json-file-'));
after(() => {
  fs.rmSync(base, { recursive: true });
});

const inBase = (name: string): string => path.join(base, name);

test('writes the result whole, through a link too, and leaves nothing else', () => {
  fs.writeFileSync(inBase('target.json'), 'old');
  fs.symlinkSync('target.json', inBase('link.json'));
  jsonWriter(inBase('link.json'))({ a: 1 });
  assert.deepEqual(JSON.parse(fs.readFileSync(inBase('target.json'), 'utf8')), { a: 1 });
  assert.ok(fs.lstatSync(inBase('link.json')).isSymbolicLink());
  jsonWriter(inBase('new.json'))({});
  jsonWriter('/dev/null')({});
  assert.ok(!fs.lstatSync('/dev/null').isFile());
  jsonWriter(undefined)({});
  assert.deepEqual(fs.readdirSync(base).sort(), ['link.json', 'new.json', 'target.json']);
});

const hopeless: Readonly<Record<string, string>> = {
  'a folder': base,
  'a folder that is missing': inBase('missing/a.json'),
  'a file for a folder': inBase('new.json/a.json'),
  'a name that is too long': inBase('x'.repeat(300)),
  'a place of the kernel’s': '/proc/a.json',
};

test('a file that can’t be written is refused before the work begins', () => {
  fs.symlinkSync('loop', inBase('loop'));
  for (const [what, file] of Object.entries({ ...hopeless, 'a loop of links': inBase('loop') })) {
    assert.throws(
      () => jsonWriter(file),
      (error) => error instanceof UserError && error.message.startsWith(`--json is "${file}", which cannot`),
      what,
    );
  }
});

test('what fails only when the result is there is a sentence too, and the old file stays', () => {
  fs.mkdirSync(inBase('gone'));
  const write = jsonWriter(inBase('gone/a.json'));
  fs.rmSync(inBase('gone'), { recursive: true });
  assert.throws(() => {
    write({});
  }, UserError);
});

test('train and bench say so at once', () => {
  for (const args of [
    ['train.ts', 'baseline', '--data', 'sample', '--runs', inBase('runs')],
    ['bench.ts', '--networks', 'baseline'],
  ]) {
    const [script, ...options] = args;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['-r', registerTs, path.join('scripts', script), ...options, '--json', base],
      { cwd: projectRoot, encoding: 'utf8' },
    );
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^--json is ".*", which cannot be written \(it is a folder\).*\n$/);
  }
});
