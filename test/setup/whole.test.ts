/** All of set-up, its order, its records and its interruptions, on stand-ins. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { test } from 'node:test';
import { isRunning } from '../../lib/runtime/process-lock';
import { FakeClone } from './clone';
import { newFolder, writeProgram } from './fakes';

const kinds = (calls: readonly string[]) => calls.map((call) => call.replace(/^pip .*/, 'pip'));
const everything = ['npm ping', 'npm ci', 'pip', 'compiler'];

async function gone(pid: number): Promise<boolean> {
  for (let i = 0; i < 1500 && isRunning(`${pid}:`); i++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return !isRunning(`${pid}:`);
}

test('the first run does everything, naming each step; the second does nothing', async () => {
  const clone = new FakeClone();
  const first = await clone.run();
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual(kinds(clone.takeCalls()), everything);
  for (const step of [/\[1\/4\] npm.*MB/, /\[2\/4\] Python.*MB/, /\[3\/4\].*addon/, /\[4\/4\].*kernel/]) {
    assert.match(first.stdout, step);
  }
  assert.ok(!fs.existsSync(clone.file('.setup/lock')));

  const second = await clone.run();
  assert.equal(second.code, 0);
  assert.match(second.stdout, /^Set-up: everything is in place/);
  assert.deepEqual(clone.takeCalls(), []);
});

test('after an npm ci only the addon is made again', async () => {
  const clone = new FakeClone();
  await clone.run();
  clone.takeCalls();
  fs.rmSync(clone.file('node_modules/@tensorflow/tfjs-node-gpu/lib'), { recursive: true });
  assert.equal((await clone.run()).code, 0);
  assert.deepEqual(clone.takeCalls(), ['compiler']);
});

test('what is done stays done when a later step fails', async () => {
  const clone = new FakeClone();
  const failed = await clone.run({ PIP_DOES: 'echo no such package; exit 1' });
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /no such package[^]*pip install failed for the reason above.*npm run setup/);
  clone.takeCalls();

  const noCompiler = await clone.run({ CXX: '/no/compiler' });
  assert.equal(noCompiler.code, 1);
  assert.match(
    noCompiler.stderr,
    /^A C\+\+ compiler is needed.*CXX=\/no\/compiler does not run: install one with .*npm run setup\n$/,
  );
  assert.deepEqual(kinds(clone.takeCalls()), ['pip']);

  assert.equal((await clone.run()).code, 0);
  assert.deepEqual(clone.takeCalls(), ['compiler']);
});

test('a clone that belongs to another user is said in a sentence with the remedy', async () => {
  const failed = await new FakeClone().runAsStranger();
  assert.equal(failed.code, 1);
  assert.match(
    failed.stderr,
    /^\S+ can't be written, since you have no permission \(EACCES\): .*npm run setup\n$/,
  );
});

test('an addon that Node can’t load is not put in place', async () => {
  const clone = new FakeClone();
  const writesText = writeProgram(
    newFolder(),
    'compiler',
    'test "$1" = --version && exit 0; while test "$1" != -o; do shift; done; echo no > "$2"',
  );
  const { code, stderr } = await clone.run({ CXX: writesText });
  assert.equal(code, 1);
  assert.match(
    stderr,
    /Node can't load the addon with .*: install everything again with: npm run setup -- --rebuild/,
  );
  assert.ok(
    !fs.existsSync(clone.file('node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node')),
  );
  assert.equal((await clone.run()).code, 0);
});

test('two at once: the second waits, says so, and finds everything done', async () => {
  const clone = new FakeClone();
  const outcomes = await Promise.all([
    clone.run({ PIP_DOES: 'sleep 1' }),
    clone.run({ PIP_DOES: 'sleep 1' }),
  ]);
  assert.deepEqual(
    outcomes.map(({ code }) => code),
    [0, 0],
  );
  assert.match(
    outcomes.map(({ stdout }) => stdout).join(''),
    /Waiting for another set-up of this clone \(process \d+\)/,
  );
  assert.deepEqual(kinds(clone.takeCalls()), everything);
});

test('stopped by the user, it ends what it started, and the next run goes on', async () => {
  const clone = new FakeClone();
  const running = clone.start({ PIP_DOES: 'exec sleep 60' });
  const pip = await clone.pipAtWork(running);
  let said = '';
  running.stderr?.on('data', (text: Buffer) => (said += text.toString()));
  running.kill('SIGINT');
  assert.deepEqual(await once(running, 'close'), [130, null]);
  assert.match(said, /To continue, run: npm run setup/);
  assert.ok(await gone(pip), 'pip goes on');
  assert.ok(!fs.existsSync(clone.file('.setup/lock')));
  clone.takeCalls();

  assert.equal((await clone.run()).code, 0);
  assert.deepEqual(kinds(clone.takeCalls()), ['pip', 'compiler']);
});

test('killed alone, its pip going on: the next run ends that pip first', async () => {
  const clone = new FakeClone();
  const running = clone.start({ PIP_DOES: 'exec sleep 60' });
  const pip = await clone.pipAtWork(running);
  running.kill('SIGKILL');
  await once(running, 'exit');
  assert.ok(isRunning(`${pip}:`), 'the test needs a pip that outlives set-up');
  assert.equal((await clone.run()).code, 0);
  assert.ok(await gone(pip), 'two installers wrote into one folder');
});

test('a changed choice makes .venv and the addon anew, and is remembered', async () => {
  const clone = new FakeClone();
  await clone.run();
  clone.takeCalls();
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  assert.equal((await clone.run({ SETUP_DEVICE: 'cuda' })).code, 0);
  assert.deepEqual(kinds(clone.takeCalls()), ['pip', 'compiler']);
  assert.match((await clone.run({ SETUP_DEVICE: '' })).stdout, /everything is in place/);
  assert.match(fs.readFileSync(clone.file('.venv/setup.json'), 'utf8'), /tensorflow\[and-cuda\]/);
});

test('too little room for another choice is said before anything is changed', async () => {
  const clone = new FakeClone();
  await clone.run();
  clone.takeCalls();
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  clone.freeGigabytes = 9.5;
  const { code, stderr } = await clone.run({ SETUP_DEVICE: 'cuda' });
  assert.equal(code, 1);
  assert.match(stderr, /has 9\.5 GB free, and \.venv needs 10 GB/);
  assert.equal((await clone.run({ SETUP_DEVICE: 'cpu' })).code, 0);
  assert.deepEqual(clone.takeCalls(), [], 'something was installed anew');
});

test('a libtensorflow that is not there is refused before anything is changed, and not remembered', async () => {
  const clone = new FakeClone();
  await clone.run();
  clone.takeCalls();
  const { code, stderr } = await clone.run({ TFJS_LIBTENSORFLOW: '/nowhere', SETUP_DEVICE: '' });
  assert.equal(code, 1);
  assert.match(stderr, /^TFJS_LIBTENSORFLOW is \/nowhere, and lib\/libtensorflow\.\S+ is not in it/);
  assert.match((await clone.run({ SETUP_DEVICE: '' })).stdout, /everything is in place/);
  assert.deepEqual(clone.takeCalls(), []);
});
