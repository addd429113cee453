/**
 * Kills the runner of a batch with kill -9 at ten random moments. After each, no kernel nor any other process of it
 * may be alive after 10 s, what is under a final name must be whole, and `--resume` goes on; at the end it finishes
 * the rest without repeating what had passed. Then two batches of the same notebooks at once. Some minutes:
 * `npm run stress:batch`.
 */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRecord } from '../../lib/notebooks/record';
import { BatchProcess, code, executedCells, writeNotebook } from '../notebooks/fixtures';

const KILLS = 10;
const NOTEBOOKS = 5;
const LONGEST_LIFE_S = 10;

function makeNotebooks(folder: string): string[] {
  const wait = 'await new Promise((resolve) => setTimeout(resolve, 700));';
  return Array.from({ length: NOTEBOOKS }, (_, i) =>
    writeNotebook(
      folder,
      `stress-${i + 1}`,
      code(`console.log('begins');\n${wait}`),
      // A program that a cell has started is to go with it.
      code(
        `import { spawn } from 'node:child_process';\nspawn('sleep', ['600'], { stdio: 'inherit' });\n${wait}`,
      ),
      code(`for (let i = 0; i < 20_000; i++) console.log(i);\n${wait}`),
    ),
  );
}

/** Outputs under their final names: whole notebooks, and as many cells run as the record says. */
function checkOutputs(folder: string): { passed: string[]; times: Map<string, number> } {
  const passed: string[] = [];
  const times = new Map<string, number>();
  const outputs = path.join(folder, 'notebooks');
  if (!fs.existsSync(outputs)) return { passed, times };
  for (const name of fs.readdirSync(outputs).filter((file) => /^[^.].*\.ipynb$/.test(file))) {
    const file = path.join(outputs, name);
    const counts = executedCells(file).map(({ execution_count }) => execution_count);
    if (readRecord(file)?.status !== 'passed') continue;
    assert.deepEqual(counts, [1, 2, 3], `${name} has passed`);
    passed.push(name);
    times.set(name, fs.statSync(file).mtimeMs);
  }
  return { passed, times };
}

async function killAndResume(folder: string, files: readonly string[], whole: number): Promise<void> {
  const args = [...files, '--jobs', '2', '--resume', '--out', folder];
  for (let kill = 1; kill <= KILLS; kill++) {
    const batch = new BatchProcess(args);
    const after = Math.random() * whole;
    await Promise.race([sleep(after), batch.exited]);
    const alive = batch.kernels().length;
    batch.kill('SIGKILL');
    const end = await batch.exited;
    const killed = performance.now();
    const left = await batch.leftAfter(LONGEST_LIFE_S);
    const seconds = ((performance.now() - killed) / 1000).toFixed(1);
    assert.deepEqual(left, [], `alive after ${LONGEST_LIFE_S} s`);
    const { passed } = checkOutputs(folder);
    console.log(
      `kill ${kill} after ${(after / 1000).toFixed(1)} s (${String(end)}) with ${alive} kernels: all gone after ` +
        `${seconds} s, ${passed.length} of ${files.length} passed`,
    );
    if (passed.length < files.length) continue;
    fs.rmSync(folder, { recursive: true });
    console.log('  complete; removed to begin again');
  }
  const { times } = checkOutputs(folder);
  const last = new BatchProcess(args);
  assert.equal(await last.exited, 0, last.output);
  assert.deepEqual(await last.leftAfter(2), []);
  const done = checkOutputs(folder);
  assert.equal(done.passed.length, files.length);
  for (const [name, time] of times) assert.equal(done.times.get(name), time, `${name} was run again`);
  const hidden = fs.readdirSync(path.join(folder, 'notebooks')).filter((name) => name.startsWith('.'));
  assert.deepEqual(hidden, [], 'temporary files and locks are left');
  console.log(
    `--resume finished the rest: ${files.length - times.size} run, ${times.size} left as they were.`,
  );
}

async function twoAtOnce(folder: string, files: readonly string[]): Promise<void> {
  const batches = [1, 2].map(() => new BatchProcess([...files, '--jobs', '2', '--out', folder]));
  for (const batch of batches) assert.equal(await batch.exited, 0, batch.output);
  assert.equal(checkOutputs(folder).passed.length, files.length);
  for (const batch of batches) assert.match(batch.output, new RegExp(`^${files.length} passed in`, 'm'));
  console.log('Two batches of the same notebooks at once: all passed in both, and the outputs are whole.');
}

async function main(): Promise<void> {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'kill-batch-'));
  try {
    const files = makeNotebooks(base);
    const begun = performance.now();
    const measured = new BatchProcess([...files, '--jobs', '2', '--out', path.join(base, 'measured')]);
    assert.equal(await measured.exited, 0, measured.output);
    const whole = performance.now() - begun;
    console.log(`A whole batch takes ${(whole / 1000).toFixed(1)} s.`);
    await killAndResume(path.join(base, 'killed'), files, whole);
    await twoAtOnce(path.join(base, 'both'), files);
  } finally {
    fs.rmSync(base, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
