/** A scheduler and a worker on this machine, and a run that goes there and comes back. `npm run stress:cluster` does more. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { readRuns } from '../../lib/runs';
import { temporaryFolder } from '../train/fixtures';
import { Script, startScheduler } from './processes';

const base = temporaryFolder('cluster-');
const started: Script[] = [];
after(() => {
  for (const one of started) one.signal('SIGKILL');
});

test('a run on a worker comes back as a run of here, and is not sent a second time', async () => {
  const { scheduler, address } = await startScheduler();
  started.push(scheduler);
  const folder = path.join(base, 'worker');
  const worker = new Script('cluster/worker.ts', [
    address,
    '--data',
    'sample',
    '--name',
    'alpha',
    '--folder',
    folder,
  ]);
  started.push(worker);
  const runs = path.join(base, 'runs');
  const args = ['lenet5', '--data', 'sample', '--limit', '100', '--test-limit', '20', '--epochs', '1'];
  const submit = (): Script => new Script('train.ts', [...args, '--cluster', address], { RUNS_DIR: runs });
  const first = submit();
  started.push(first);
  assert.equal(await first.ended, 0, first.text + worker.text);
  assert.match(first.text, /The worker alpha is there\./);
  assert.match(first.text, /\[1\/1\] lenet5-\S+: trained, test accuracy [\d.]+ % \(alpha\)/);
  const [run, ...others] = await readRuns({ folder: runs });
  assert.deepEqual([run.status, run.history?.epochs.length, others.length], ['finished', 1, 0]);
  assert.ok(run.evaluation);
  assert.deepEqual(fs.readdirSync(path.join(folder, 'runs')), [], 'nothing stays with the worker');
  await worker.end();
  const second = submit();
  started.push(second);
  assert.equal(await second.ended, 0, second.text);
  assert.match(second.text, /Runs: 1, still to be done: 0\./);
  assert.match(second.text, /is here already, test accuracy/);
  await scheduler.end();
});
