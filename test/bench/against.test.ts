/** Another checkout of the project as a contender. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { engineIn, lineUp } from '../../lib/bench';
import { UserError } from '../../lib/runtime/errors';
import { projectRoot } from '../../lib/runtime/paths';
import { readArguments } from '../../scripts/bench/arguments';
import { asked, fakeContender, newFolder } from './fakes';

function write(folder: string, file: string, text: string): void {
  fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
  fs.writeFileSync(path.join(folder, file), text);
}

/** A checkout whose engine is a fake; the answers are those of a version that knows no precision. */
function fakeCheckout(log: string): string {
  const folder = newFolder();
  fs.copyFileSync(path.join(projectRoot, 'package.json'), path.join(folder, 'package.json'));
  write(folder, 'lib/runtime/register-ts.js', '');
  const [, , program] = fakeContender(log, { name: 'x' }).command;
  const args = `process.argv.splice(1, 2, ${JSON.stringify(log)}, '{"name":"' + process.argv[2] + '"}');`;
  write(folder, 'lib/bench/worker.ts', args + program);
  return folder;
}

const setUp = (folder: string): void => {
  write(folder, 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/setup.json', '{}');
};

const refusal = (folder: string): string => {
  try {
    engineIn(folder);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return error.message;
  }
  return 'not refused';
};

test('a folder that is no checkout, or is not set up, is refused in a sentence', () => {
  const empty = newFolder();
  assert.match(refusal(empty), /--against is ".+", which is no checkout of cifar10-tslab/);
  assert.match(refusal(path.join(empty, 'gone')), /which is no checkout/);
  write(empty, 'package.json', '{ "name": "another" }');
  assert.match(refusal(empty), /which is no checkout/);
  assert.match(refusal(fakeCheckout('')), /which is not set up: run there: npm run setup$/);
});

test('the checkout’s own worker answers, in its own folder, and its title names the commit', async () => {
  const log = path.join(newFolder(), 'log');
  const folder = fakeCheckout(log);
  setUp(folder);
  assert.equal(engineIn(folder).title, `this engine, ${path.basename(folder)}`);
  const git = (...args: string[]): string =>
    spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
      cwd: folder,
      encoding: 'utf8',
    }).stdout;
  git('init', '-q');
  git('add', 'package.json');
  git('commit', '-q', '-m', 'one');
  const commit = git('rev-parse', '--short', 'HEAD').trim();
  const against = engineIn(folder);
  assert.equal(against.title, `this engine, ${commit}`);
  fs.appendFileSync(path.join(folder, 'package.json'), '\n');
  assert.equal(engineIn(folder).title, `this engine, ${commit}, changed`);

  const { participants, end } = await lineUp({
    contenders: [fakeContender(log, { name: 'graph' }), against],
    precision: 'float32',
    required: [against],
  });
  end();
  assert.equal(participants.length, 2);
  const question = asked(log).find((each) => each['folder'] === fs.realpathSync(folder));
  assert.equal(question?.['name'], 'graph');
});

test('--against adds a contender that has to work', () => {
  const folder = fakeCheckout('');
  setUp(folder);
  const request = readArguments(['--against', folder, '--contenders', 'graph,torch']);
  assert.ok(typeof request === 'object');
  assert.deepEqual(
    request.contenders.map(({ name }) => name),
    ['graph', 'torch', 'against'],
  );
  assert.deepEqual(request.required, request.contenders);
});
