import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { acquireLock, identify, isHeld } from '../../lib/runtime/process-lock';

const modulePath = path.resolve(__dirname, '../../lib/runtime/process-lock.js');
const base = fs.mkdtempSync(path.join(os.tmpdir(), 'process-lock-'));
const children: ChildProcess[] = [];
let folder: string;
let lock: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(base, 't-'));
  lock = path.join(folder, 'a.lock');
});

after(() => {
  for (const child of children) child.kill('SIGKILL');
  fs.rmSync(base, { recursive: true });
});

/** Starts a Node process with `acquireLock` and `lock` at hand; what it prints can be awaited. */
function start(script: string): ChildProcess {
  const prelude = `const { acquireLock } = require(${JSON.stringify(modulePath)});
    const fs = require('node:fs');
    const lock = ${JSON.stringify(lock)};
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));`;
  const child = spawn(process.execPath, ['-e', `${prelude}(async () => { ${script} })()`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

const holdForever = `await acquireLock(lock); console.log('held'); setInterval(() => {}, 1000);`;

async function output(child: ChildProcess): Promise<string> {
  const [data] = (await once(child.stdout!, 'data')) as [Buffer];
  return data.toString().trim();
}

test('a free lock is taken at once, and its file goes when it is released', async () => {
  const held = await acquireLock(lock);
  assert.ok(fs.readlinkSync(lock).startsWith(`${process.pid}:`));
  held.release();
  held.release();
  assert.deepEqual(fs.readdirSync(folder), []);
});

test('waits while the holder lives, and says once for whom', async () => {
  const child = start(`await acquireLock(lock); console.log('held'); await sleep(500); process.exit(0);`);
  assert.equal(await output(child), 'held');
  const waitedFor: number[] = [];
  const begun = Date.now();
  const held = await acquireLock(lock, { onWait: (pid) => waitedFor.push(pid) });
  assert.ok(Date.now() - begun > 300, 'came back while the other still held it');
  assert.deepEqual(waitedFor, [child.pid]);
  held.release();
});

test('a process that ends without releasing leaves no lock', async () => {
  const child = start(`await acquireLock(lock);`);
  await once(child, 'exit');
  assert.deepEqual(fs.readdirSync(folder), []);
});

test('takes over from a holder that was killed', async () => {
  const child = start(holdForever);
  await output(child);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(fs.readdirSync(folder).length, 1, 'a killed process should have left its lock');
  const held = await acquireLock(lock, { onWait: () => assert.fail('waited for the dead') });
  held.release();
  assert.deepEqual(fs.readdirSync(folder), []);
});

test(
  'a pid that now belongs to another process does not hold the lock',
  { skip: !fs.existsSync('/proc/self/stat') },
  async () => {
    fs.symlinkSync(`${process.pid}:another-start:abc`, lock);
    const held = await acquireLock(lock, { onWait: () => assert.fail('took this process for the holder') });
    held.release();
  },
);

test('clears away a process that died while it removed a dead lock', async () => {
  const child = start('');
  await once(child, 'exit');
  fs.symlinkSync(`${child.pid!}:old:abc`, lock);
  // The same name that the module gives to the right to remove that holder's lock.
  const { createHash } = await import('node:crypto');
  const name = createHash('sha256').update(`${child.pid!}:old:abc`).digest('hex').slice(0, 12);
  fs.symlinkSync(`${child.pid!}:old:def`, `${lock}.${name}`);
  const held = await acquireLock(lock);
  held.release();
  assert.deepEqual(fs.readdirSync(folder), []);
});

test('something else under the lock’s name is reported, not waited for', async () => {
  fs.writeFileSync(lock, 'hello');
  await assert.rejects(acquireLock(lock), /is in the way.*remove it/);
});

test('many processes racing for a dead lock, some of them killed, never hold it together', async () => {
  const dead = start(holdForever);
  await output(dead);
  dead.kill('SIGKILL');
  await once(dead, 'exit');
  const inside = path.join(folder, 'inside');
  const log = path.join(folder, 'log');
  const racer = `for (let i = 0; i < 5; i++) {
      const held = await acquireLock(lock);
      fs.mkdirSync(${JSON.stringify(inside)});
      await sleep(5);
      fs.appendFileSync(${JSON.stringify(log)}, 'x');
      fs.rmdirSync(${JSON.stringify(inside)});
      held.release();
    }
    // Dies holding the lock: the others have to take it over, all at the same moment.
    await acquireLock(lock); process.kill(process.pid, 'SIGKILL');`;
  const racers = Array.from({ length: 6 }, () => start(racer));
  const ends = await Promise.all(racers.map((child) => once(child, 'exit')));
  assert.deepEqual(
    ends.map(([, signal]) => signal as string),
    racers.map(() => 'SIGKILL'),
    'a racer failed: two were inside at once',
  );
  assert.equal(fs.readFileSync(log, 'utf8').length, 30);
});

/** The text of a lock that another machine's process holds, or seems to. */
const elsewhere = '4242:0ddba11e-77:elsewhere~1~abcdef';

test('a lock from another machine is taken over once nobody has touched it for long', async () => {
  fs.symlinkSync(elsewhere, lock);
  const doubts: unknown[] = [];
  const held = await acquireLock(lock, {
    onDoubt: (...about) => doubts.push(about),
    onWait: () => assert.fail('it does not stir'),
    quietMs: 300,
  });
  assert.deepEqual(doubts, [[4242, 'elsewhere', 300]]);
  assert.ok(fs.readlinkSync(lock).startsWith(`${process.pid}:`));
  held.release();
  assert.deepEqual(fs.readdirSync(folder), []);
});

test('a lock that a process on another machine touches is waited for', async () => {
  fs.symlinkSync(elsewhere, lock);
  const touching = setInterval(() => {
    fs.lutimesSync(lock, new Date(), new Date());
  }, 20);
  const patience = new AbortController();
  const waiting = acquireLock(lock, {
    onWait: (pid, host) => {
      patience.abort(new Error(`waits for ${pid} on ${host ?? 'this machine'}`));
    },
    signal: patience.signal,
  });
  await assert.rejects(waiting, /waits for 4242 on elsewhere/);
  assert.ok(isHeld(lock));
  clearInterval(touching);
  fs.lutimesSync(lock, 0, 0);
  assert.ok(!isHeld(lock), 'nobody has touched it since 1970');
});

test('a lock of this machine from before it was started again is taken over at once', async () => {
  fs.symlinkSync(`4242:0ddba11e-77:${os.hostname()}~1~abcdef`, lock);
  const held = await acquireLock(lock, { onDoubt: () => assert.fail('there is no doubt') });
  held.release();
});

test('another container of this machine is out of sight, and its processes may have the same numbers', async () => {
  fs.symlinkSync(`${identify(process.pid)}:container~1~abcdef`, lock);
  const doubts: string[] = [];
  const held = await acquireLock(lock, { onDoubt: (_pid, host) => doubts.push(host), quietMs: 100 });
  assert.deepEqual(doubts, ['container']);
  held.release();
});

test('who holds a lock touches it, and notices that another has taken it', async () => {
  const held = await acquireLock(lock, { beatMs: 10 });
  fs.lutimesSync(lock, 0, 0);
  while (fs.lstatSync(lock).mtimeMs === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(!held.isLost());
  fs.rmSync(lock);
  assert.ok(held.isLost());
  fs.symlinkSync(elsewhere, lock);
  assert.ok(held.isLost());
  held.release();
  assert.equal(fs.readlinkSync(lock), elsewhere, 'what is not its own it leaves alone');
});
