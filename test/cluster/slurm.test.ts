/** The script for Slurm, with programs in the place of Slurm's that do what its manual says. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { projectRoot } from '../../lib/runtime/paths';
import { readRuns } from '../../lib/runs';

const base = fs.mkdtempSync(path.join(os.tmpdir(), 'slurm-'));
after(() => {
  fs.rmSync(base, { recursive: true });
});

/** Runs each job of the array; the first time, it signals the batch script alone once training has begun. */
const sbatch = `#!/bin/bash
set -u
array=\${1#--array=}; shift; script=$1; shift
for i in $(seq \${array/-/ }); do
  again=yes
  while [ -n "$again" ]; do
    again=
    rm -f "$FAKE/requeue"
    SLURM_SUBMIT_DIR=$PWD SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=$i bash "$script" "$@" >> "$FAKE/log-$i" 2>&1 &
    job=$!
    if [ ! -e "$FAKE/signalled-$i" ]; then
      until grep -q '^Epoch 1/' "$FAKE/log-$i"; do sleep 0.05; kill -0 $job || break; done
      touch "$FAKE/signalled-$i"; kill -TERM $job
    fi
    wait $job; echo "$i ended with $?" >> "$FAKE/ends"
    if [ -e "$FAKE/requeue" ]; then again=yes; fi
  done
done
`;
const scontrol = `#!/bin/bash
[ "$1 $2" = "requeue 7_$SLURM_ARRAY_TASK_ID" ] && touch "$FAKE/requeue"
`;

test('a run that is out of time saves, is queued again, and goes on', async () => {
  fs.mkdirSync(path.join(base, 'bin'));
  for (const [name, text] of Object.entries({ sbatch, scontrol })) {
    fs.writeFileSync(path.join(base, 'bin', name), text, { mode: 0o755 });
  }
  const small = ['--data', 'sample', '--limit', '300', '--test-limit', '20', '--epochs', '40'];
  const { status, stderr } = spawnSync(
    path.join(base, 'bin', 'sbatch'),
    ['--array=2-2', 'scripts/slurm/array.sh', 'lenet5', '--seeds', '1-2', ...small],
    {
      cwd: projectRoot,
      encoding: 'utf8',
      env: {
        ...process.env,
        FAKE: base,
        RUNS_DIR: path.join(base, 'runs'),
        PATH: `${path.join(base, 'bin')}:${process.env.PATH}`,
      },
    },
  );
  const log = fs.readFileSync(path.join(base, 'log-2'), 'utf8');
  assert.equal(status, 0, stderr + log);
  assert.equal(fs.readFileSync(path.join(base, 'ends'), 'utf8'), '2 ended with 143\n2 ended with 0\n', log);
  assert.match(log, /Run the same command again to continue[^]*goes on from its last checkpoint/);
  const [run, ...others] = await readRuns({ folder: path.join(base, 'runs') });
  assert.deepEqual([run.status, run.recipe.seed, run.sessions.length, others.length], ['finished', 2, 2, 0]);
});
