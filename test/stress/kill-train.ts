/**
 * Kills a training run that saves after every step with SIGKILL, at 50 random moments, and ten times more while a
 * checkpoint is being written. Checked after each: the next start goes on from the last checkpoint that was announced
 * as saved, or a later one, and nothing stray is left; in the end, that the history is the one of a run straight
 * through. Takes about ten minutes: `npm run stress:train`.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRuns, type RunRecord } from '../../lib/runs';
const RANDOM_KILLS = 50;
const AIMED_KILLS = 10;
/** Each process is killed at most so long after one of its first saves: about the time of two more. */
const LONGEST_MS = 60;
const MOST_SAVES = 6;
const root = path.resolve(__dirname, '../..');

/** Trains in a process of its own; prints each step that it has done, and each that is saved. */
function start(folder: string, name: string, saveEvery: number): ChildProcess {
  const script = `
    const fs = require('node:fs');
    const { adam } = require('./lib/recipe');
    const { tfjsEngine, train } = require('./lib/train');
    const { CheckpointStore } = require('./lib/runs/checkpoint-store');
    const { noiseDataset, smallModel } = require('./test/train/fixtures');
    const say = (text) => fs.writeSync(1, text + '\\n');
    const save = CheckpointStore.prototype.save;
    CheckpointStore.prototype.save = async function (role, files) {
      await save.call(this, role, files);
      if (role === 'last') say('saved ' + JSON.parse(files.get('state.json')).state.step);
    };
    train(smallModel({ dropout: 0.3 }), noiseDataset({ train: 400, test: 20 }), {
      epochs: 40, batchSize: 8, optimizer: adam(), engine: tfjsEngine,
      augmentation: { crop: 2, flip: true, cutout: 3 }, validation: { split: 0.1 }, validationFrequency: 2,
      run: { name: '${name}', folder: ${JSON.stringify(folder)}, saveEvery: ${saveEvery} },
      onNotice: (text) => say('notice ' + text),
      callbacks: [{ onStart: () => say('started') }],
    }).then(() => say('done'), (error) => { say('failed ' + error.stack); process.exitCode = 1; });`;
  return spawn(process.execPath, ['-r', './lib/runtime/register-ts.js', '-e', script], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

interface Said {
  readonly child: ChildProcess;
  readonly lines: string[];
}

function listen(child: ChildProcess): Said {
  const lines: string[] = [];
  let rest = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  return { child, lines };
}

async function until(said: Said, wanted: (lines: readonly string[]) => boolean): Promise<void> {
  while (!wanted(said.lines) && said.child.exitCode === null) await sleep(2);
}

const isStarted = (lines: readonly string[]): boolean => lines.includes('started');

/** Waits until a checkpoint is being written. */
async function appears(folder: string, said: Said): Promise<void> {
  await until(said, () => checkpoints(folder).some((name) => name.endsWith('.partial')));
}

function stray(folder: string): string[] {
  const names = fs.readdirSync(folder, { recursive: true }) as string[];
  return names.filter((name) => /partial|removed|lock\./.test(name));
}

const checkpoints = (folder: string): string[] => {
  const parent = path.join(folder, 'checkpoints');
  return fs.existsSync(parent) ? fs.readdirSync(parent).sort() : [];
};

function measured({ history }: RunRecord): number[] {
  return history!.epochs.flatMap(({ loss, valLoss }) => [loss, valLoss ?? -1]);
}

async function main(): Promise<void> {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'kill-train-'));
  const folder = path.join(base, 'killed');
  let savedStep = 0;
  let left = 0;
  try {
    for (let kill = 1; kill <= RANDOM_KILLS + AIMED_KILLS; kill++) {
      const said = listen(start(base, 'killed', 0));
      const ended = once(said.child, 'close');
      await until(said, isStarted);
      const resumed = said.lines.find((line) => line.startsWith('notice'));
      const from = Number(/after (\d+) steps/.exec(resumed ?? '')?.[1] ?? 0);
      assert.ok(
        from >= savedStep,
        `saved after step ${savedStep}, but went on after ${from}: ${said.lines.join()}`,
      );
      assert.ok(!said.lines.some((line) => /damaged|failed/.test(line)), said.lines.join('\n'));
      assert.deepEqual(stray(folder), [], 'strays are gone when training begins');
      const saves = Math.floor(Math.random() * (MOST_SAVES + 1));
      await until(said, (lines) => lines.filter((line) => line.startsWith('saved')).length >= saves);
      const aimed = kill > RANDOM_KILLS;
      if (aimed) await appears(folder, said);
      // A checkpoint is written in some 10 ms.
      const after = Math.random() * (aimed ? 5 : LONGEST_MS);
      await Promise.race([sleep(after), ended]);
      said.child.kill('SIGKILL');
      await ended;
      assert.ok(!said.lines.includes('done'), 'the run is too short for so many kills');
      savedStep = Math.max(
        from,
        ...said.lines.flatMap((line) => Number(/^saved (\d+)/.exec(line)?.[1] ?? 0)),
      );
      const strays = stray(folder).filter((name) => name.includes('/'));
      if (strays.length > 0) left++;
      console.log(
        `kill ${kill}, ${after.toFixed(0)} ms after ${saves} saves: from step ${from}, saved ${savedStep}; ` +
          checkpoints(folder).join(', '),
      );
    }
    const last = listen(start(base, 'killed', 60));
    await once(last.child, 'close');
    assert.ok(last.lines.includes('done'), last.lines.join('\n'));
    const whole = listen(start(base, 'straight', 60));
    await once(whole.child, 'close');
    const [killed, straight] = (await readRuns({ folder: base })).sort((a, b) => (a.name < b.name ? -1 : 1));
    const expected = measured(straight);
    measured(killed).forEach((value, i) => {
      assert.ok(Math.abs(value - expected[i]) <= 1e-5, `value ${i}: ${value}, not ${expected[i]}`);
    });
    assert.equal(killed.history!.epochs.length, 40);
    assert.deepEqual(stray(folder), []);
    assert.ok(!fs.existsSync(path.join(folder, 'lock')));
    console.log(
      `${killed.sessions.length} sessions; ${left} kills fell into the writing of a checkpoint. ` +
        'The history is that of a run straight through, and nothing else is left.',
    );
  } finally {
    fs.rmSync(base, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
