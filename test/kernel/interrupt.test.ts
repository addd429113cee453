/** What an interrupt does to code that does not wait for one. See also kernel.test.ts. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type KernelClient, textOf } from './client';
import { startInProject } from './project';

/** Cells that keep the kernel busy by callbacks, and never end by themselves. */
const BUSY = {
  'a loop in a timer':
    'setTimeout(() => { while (true) {} }, 50); await new Promise((r) => setTimeout(r, 100_000));',
  'a promise that chains itself':
    'const again = (): Promise<void> => Promise.resolve().then(again); void again(); await new Promise(() => {});',
  'a promise that chains itself by way of another function':
    'const one = (): Promise<void> => Promise.resolve().then(() => two()); function two() { return one(); } await one();',
  'a nextTick loop': 'function tick(): void { process.nextTick(tick); } tick();',
  'a microtask loop in a class':
    'class Loop { #run = (): void => { queueMicrotask(this.#run); }; start() { this.#run(); } } new Loop().start();',
  'a loop that catches everything':
    'while (true) { try { while (true) {} } catch {} break; } await new Promise(() => {});',
} as const;

describe('an interrupt', () => {
  let kernel: KernelClient;
  let project: string;
  let stop: () => Promise<void>;
  before(async () => {
    ({ kernel, project, stop } = await startInProject());
  });
  after(() => stop());

  /** Sends a cell and waits until its code must have begun. */
  async function begin(code: string): Promise<string> {
    const id = kernel.send('execute_request', {
      code: `process.stdout.write('x'.repeat(1 << 16));\n${code}`,
    });
    await kernel.until(() => textOf(kernel.outputs(id)) !== '');
    await new Promise((resolve) => setTimeout(resolve, 100));
    return id;
  }

  for (const [what, code] of Object.entries(BUSY)) {
    test(`stops ${what}, and its cell`, async () => {
      const id = await begin(code);
      kernel.send('interrupt_request', {}, true);
      const { reply } = await kernel.finish(id);
      assert.equal(reply.ename, 'InterruptedError');
      // The kernel's thread is free again, for a cell that needs its timers.
      const next = await kernel.execute('await new Promise((r) => setTimeout(r, 5)); "alive"');
      assert.equal(next.reply.status, 'ok');
      assert.equal(next.reply.background_failures, undefined);
    });
  }

  for (const [when, before] of Object.entries({
    'at once': '',
    'after an await': 'await new Promise((r) => setTimeout(r, 5)); ',
  })) {
    test(`that a program keeps from the cell says so, and a second one ends the program (${when})`, async () => {
      const id = await begin(
        `import { execSync } from 'node:child_process';\n${before}execSync('trap "" INT; sleep 300; sleep 300');`,
      );
      kernel.send('interrupt_request', {}, true);
      await kernel.until(() => textOf(kernel.outputs(id), 'stderr') !== '');
      assert.match(
        textOf(kernel.outputs(id), 'stderr'),
        /cannot be interrupted.*Interrupt once more.*restart/,
      );
      kernel.send('interrupt_request', {}, true);
      assert.equal((await kernel.finish(id)).reply.ename, 'InterruptedError');
      assert.equal((await kernel.execute('"alive"')).reply.status, 'ok');
    });
  }

  test('out of reach at the second one too, says that only a restart helps', async () => {
    fs.writeFileSync(
      path.join(project, 'lib', 'wait.ts'),
      "import * as fs from 'node:fs';\nconst view = new Int32Array(new SharedArrayBuffer(4));\n" +
        'export function waitFor(file: string): void { while (!fs.existsSync(file)) Atomics.wait(view, 0, 0, 50); }\n',
    );
    const file = path.join(project, 'go-on');
    const id = await begin(
      `import { waitFor } from '../lib/wait';\nawait Promise.resolve(); waitFor(${JSON.stringify(file)});`,
    );
    const notices = (): string => textOf(kernel.outputs(id), 'stderr');
    kernel.send('interrupt_request', {}, true);
    await kernel.until(() => notices().includes('Interrupt once more'));
    kernel.send('interrupt_request', {}, true);
    await kernel.until(() => notices().includes('only a restart'));
    fs.writeFileSync(file, '');
    assert.equal((await kernel.finish(id)).reply.ename, 'InterruptedError');
  });

  test('that an ordinary cell obeys says nothing below it', async () => {
    const id = await begin('await new Promise((r) => setTimeout(r, 100_000));');
    await kernel.request('interrupt_request', {}, { control: true });
    const { reply, published } = await kernel.finish(id);
    assert.equal(reply.ename, 'InterruptedError');
    assert.equal(textOf(published, 'stderr'), '');
  });
});
