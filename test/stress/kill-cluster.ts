/**
 * Forty runs on a scheduler with four workers, each with its own folder. In the middle, one worker is killed with all its
 * processes, one is frozen and wakes up later, and the submitter is killed and comes back. Checked: there are forty
 * records, none was brought twice, and each history is that of the run alone. Then what a stranger gets who reaches every
 * port but has no key; two machines whose cable is cut; and how much faster two workers of one core are than one. Five to
 * ten minutes on two cores: `npm run stress:cluster`, or a part of it, `-- killing`, `-- cable` or `-- speedUp`.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeKeys } from '../../lib/cluster/keys';
import { projectRoot } from '../../lib/runtime/paths';
import { pythonProgram } from '../../lib/runtime/python';
import { readRuns, type RunRecord } from '../../lib/runs';
import { Script, startScheduler } from '../cluster/processes';

const grid = ['baseline,lenet5', '--seeds', '1-10', '--set', 'batchSize=32,64'];
const small = ['--data', 'sample', '--limit', '160', '--test-limit', '50', '--epochs', '2'];
const runs = 40;
/** Seconds that a worker may be silent. */
const patience = '20';

const base = fs.mkdtempSync(path.join(os.tmpdir(), 'kill-cluster-'));
const at = (name: string): string => path.join(base, name);
const began = performance.now();
const started: Script[] = [];

function say(text: string): void {
  console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${text}`);
}

function start(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  before: readonly string[] = [],
): Script {
  const one = new Script(script, args, env, before);
  started.push(one);
  return one;
}

function keysIn(name: string): string {
  makeKeys(at(name), 1);
  return at(name);
}

const done = (submitter: Script): number => [...submitter.text.matchAll(/^\[\d+\/40\]/gm)].length;

async function untilDone(submitter: Script, count: number): Promise<void> {
  while (done(submitter) < count) {
    assert.equal(submitter.child.exitCode, null, submitter.text);
    await sleep(100);
  }
}

async function recordsIn(folder: string): Promise<Map<string, RunRecord>> {
  return new Map((await readRuns({ folder })).map((record) => [record.name, record]));
}

/** All of a run's rows that do not depend on the machine's speed. */
function measured({ history }: RunRecord): unknown {
  const others = { seconds: 0, imagesPerSecond: 0, memoryMB: 0, tensors: 0 };
  return history!.epochs.map((row) => ({ ...row, ...others }));
}

async function killing(): Promise<void> {
  // To compare with: here, one after the other.
  const alone = start('train.ts', [...grid, ...small], { RUNS_DIR: at('alone') });
  const keys = keysIn('keys');
  const { scheduler, address } = await startScheduler('--tls', '--keys', keys, '--patience', patience);
  started.push(scheduler);
  const workers = ['alpha', 'beta', 'gamma', 'delta'].map((name) =>
    start('cluster/worker.ts', [
      address,
      '--keys',
      keys,
      '--name',
      name,
      '--folder',
      at(name),
      '--data',
      'sample',
    ]),
  );
  for (const worker of workers) await worker.says(/connected to/);
  const args = [...grid, ...small, '--cluster', address, '--keys', keys];
  const env = { RUNS_DIR: at('came') };
  const submitter = start('train.ts', args, env);
  await untilDone(submitter, 4);
  say('four runs are done; alpha is killed with all its processes, beta is frozen');
  workers[0].signal('SIGKILL');
  workers[1].signal('SIGSTOP');
  await untilDone(submitter, 10);
  submitter.signal('SIGKILL');
  await submitter.ended;
  say(`the submitter is killed after ${done(submitter)} runs`);
  await sleep(15_000);
  const again = start('train.ts', [...args, '--attach'], env);
  await again.says(/beta is lost|worker beta is gone/).catch(() => undefined);
  await untilDone(again, 22);
  workers[1].signal('SIGCONT');
  say('twenty-two runs are done; beta wakes up');
  assert.equal(await again.ended, 0, again.text);
  for (const { text } of [submitter, again]) console.log(text.replace(/^\[.*\n/gm, ''));
  assert.equal(await alone.ended, 0, alone.text);
  const texts = [submitter.text, again.text].join('\n');
  const brought = [...texts.matchAll(/^\[\d+\/40\] (\S+): trained/gm)].map(([, name]) => name);
  const [here, there] = [await recordsIn(at('alone')), await recordsIn(at('came'))];
  assert.equal(there.size, runs);
  for (const [name, record] of here) {
    assert.equal(there.get(name)?.status, 'finished', name);
    assert.deepEqual(measured(there.get(name)!), measured(record), name);
    assert.equal(brought.filter((each) => each === name).length <= 1, true, `${name} was brought twice`);
  }
  say(`forty records, each with the history of the run alone; ${brought.length} were announced, none twice`);
  await strangers(address, keys);
  for (const one of [...workers.slice(1), scheduler]) await one.end();
}

/** Whoever reaches the ports without the keys. */
async function strangers(address: string, keys: string): Promise<void> {
  const program = `
import asyncio, json, sys
sys.path.insert(0, "lib/cluster")
from connecting import configure, security
from distributed import Client
from distributed.core import rpc
configure()
address, keys, others = sys.argv[1:]
async def identity(at, how):
    async with rpc(at, connection_args=security(how).get_connection_args("client"), timeout=5) as one:
        return await asyncio.wait_for(one.identity(), 8)
async def main():
    known = await identity(address, keys)
    ports = [address] + [a for w in (await identity_all()) for a in w]
    got = {}
    for at in ports:
        for who, where, how in (("no key", at.replace("tls:", "tcp:"), None), ("another key", at, others)):
            try:
                got[f"{at}, {who}"] = str(await identity(where, how))[:60]
            except BaseException as error:
                got[f"{at}, {who}"] = None
        assert await identity(at, keys)
    print(json.dumps(got))
async def identity_all():
    async with Client(address, security=security(keys), asynchronous=True) as client:
        info = await client.scheduler.identity(n_workers=-1)
        return [(a, w["nanny"]) for a, w in info["workers"].items()]
asyncio.run(main())
`;
  const { stdout, stderr } = spawnSync(
    pythonProgram('python'),
    ['-B', '-W', 'ignore', '-c', program, address, keys, keysIn('others')],
    {
      cwd: projectRoot,
      encoding: 'utf8',
      timeout: 300_000,
    },
  );
  assert.notEqual(stdout, '', stderr);
  const got = JSON.parse(stdout) as Record<string, string | null>;
  assert.ok(Object.keys(got).length >= 2 * 5, stdout);
  for (const [who, answer] of Object.entries(got)) assert.equal(answer, null, who);
  say(
    `${Object.keys(got).length} times a stranger, without a key or with another one, at every port: nothing`,
  );
  await Promise.resolve();
}

async function speedUp(): Promise<void> {
  const longer = [
    'lenet5',
    '--seeds',
    '1-8',
    '--data',
    'sample',
    '--limit',
    '2000',
    '--test-limit',
    '100',
    '--epochs',
    '8',
  ];
  const seconds: number[] = [];
  for (const cores of [['0'], ['0', '1']]) {
    const { scheduler, address } = await startScheduler();
    started.push(scheduler);
    const workers = cores.map((core) =>
      start(
        'cluster/worker.ts',
        [address, '--name', `core-${core}`, '--folder', at(`core-${core}`), '--data', 'sample'],
        {},
        ['taskset', '-c', core],
      ),
    );
    for (const worker of workers) await worker.says(/connected to/);
    const from = performance.now();
    const env = { RUNS_DIR: at(`speed-${cores.length}`) };
    const submitter = start('train.ts', [...longer, '--cluster', address], env);
    assert.equal(await submitter.ended, 0, submitter.text);
    seconds.push((performance.now() - from) / 1000);
    for (const one of [...workers, scheduler]) await one.end();
  }
  const [one, two] = seconds;
  say(
    `eight runs: ${one.toFixed(0)} s with one worker of one core, ${two.toFixed(0)} s with two: ` +
      `${(one / two).toFixed(2)} times as fast (load of this machine: ${os.loadavg()[0].toFixed(1)} on ${os.availableParallelism()} cores)`,
  );
}

/**
 * Two machines, as network namespaces joined by a cable of their own, which is cut in the middle and put back. Only root
 * may make such things; for others this part says so and does nothing.
 */
async function cable(): Promise<void> {
  if (process.getuid?.() !== 0 || spawnSync('ip', ['-V']).status !== 0) {
    say('no second machine: making one takes root and the program ip');
    return;
  }
  const [here, there] = ['10.77.31.1', '10.77.31.2'];
  const [namespace, near, far] = ['', 'a', 'b'].map((end) => `c10-${process.pid}${end}`);
  const inThere = ['ip', 'netns', 'exec', namespace];
  const ip = (command: string, before: readonly string[] = []): void => {
    const [program, ...args] = [...before, 'ip', ...command.split(' ')];
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    assert.equal(status, 0, `ip ${command}: ${stderr}`);
  };
  const grid = ['lenet5', '--seeds', '1-12'];
  const alone = start('train.ts', [...grid, ...small], { RUNS_DIR: at('cable-alone') });
  ip(`netns add ${namespace}`);
  try {
    ip(`link add ${near} type veth peer name ${far}`);
    ip(`link set ${far} netns ${namespace}`);
    ip(`addr add ${here}/24 dev ${near}`);
    ip(`link set ${near} up`);
    for (const each of [`addr add ${there}/24 dev ${far}`, `link set ${far} up`, 'link set lo up'])
      ip(each, inThere);
    const keys = keysIn('cable-keys');
    const { scheduler, address: named } = await startScheduler(
      ...['--host', '0.0.0.0', '--keys', keys, '--patience', '10'],
    );
    started.push(scheduler);
    const address = `tls://${here}:${new URL(named).port}`;
    const worker = (name: string, before: readonly string[]): Script => {
      const args = [address, '--keys', keys, '--name', name, '--folder', at(name), '--data', 'sample'];
      return start('cluster/worker.ts', args, {}, before);
    };
    const [mine, other] = [worker('here', []), worker('there', inThere)];
    for (const one of [mine, other]) await one.says(/connected to/);
    const args = [...grid, ...small, '--cluster', address, '--keys', keys];
    const submitter = start('train.ts', args, { RUNS_DIR: at('cable-came') });
    await submitter.says(/trained.*\(there\)/);
    ip(`link set ${near} down`);
    say('a run has come back through the cable; it is cut');
    await submitter.says(/worker there is gone/);
    ip(`link set ${near} up`);
    say('the other machine counts as gone; the cable is back');
    assert.equal(await submitter.ended, 0, submitter.text);
    assert.equal(await alone.ended, 0, alone.text);
    await other.says(/trying again[^]*connected to/);
    const [expected, came] = [await recordsIn(at('cable-alone')), await recordsIn(at('cable-came'))];
    assert.equal(came.size, 12);
    for (const [name, record] of expected)
      assert.deepEqual(measured(came.get(name)!), measured(record), name);
    assert.doesNotMatch(scheduler.text, /Traceback/);
    say('twelve records, each with the history of the run alone; the other machine is connected again');
    for (const one of [mine, other, scheduler]) await one.end();
  } finally {
    spawnSync('ip', ['link', 'del', near]);
    spawnSync('ip', ['netns', 'del', namespace]);
  }
}

async function main(): Promise<void> {
  const parts = { killing, cable, speedUp };
  const wanted = process.argv.slice(2);
  try {
    for (const [name, part] of Object.entries(parts))
      if (wanted.length === 0 || wanted.includes(name)) await part();
  } finally {
    for (const one of started) one.signal('SIGKILL');
    fs.rmSync(base, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
