/** Everything that a cell writes, by whatever way, is shown below that cell. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type KernelClient, textOf } from './client';
import { startInProject } from './project';

describe('output of a cell', () => {
  let kernel: KernelClient;
  let stop: () => Promise<void>;
  before(async () => {
    ({ kernel, stop } = await startInProject());
    await kernel.execute(
      [
        "import * as fs from 'node:fs';",
        "import { execFileSync, execSync, fork, spawn, spawnSync } from 'node:child_process';",
        "import { Worker } from 'node:worker_threads';",
        'const ended = (child: any) => new Promise((resolve) => child.once("close", resolve));',
        'const node = process.execPath;',
      ].join('\n'),
    );
  });
  after(() => stop());

  async function written(code: string): Promise<{ out: string; err: string }> {
    const { reply, published } = await kernel.execute(code);
    assert.equal(reply.status, 'ok', String(reply.evalue));
    return { out: textOf(published), err: textOf(published, 'stderr') };
  }

  test('a character that is split over writes stays one', async () => {
    const { out } = await written(`const bytes = Buffer.from('a🎉é\\n');
      for (const byte of bytes) { process.stdout.write(Uint8Array.of(byte)); await new Promise((r) => setTimeout(r, 5)); }`);
    assert.equal(out, 'a🎉é\n');
    // One that is never finished is shown as what it is.
    assert.equal((await written('process.stdout.write(Uint8Array.of(0xf0, 0x9f));')).out, '\ufffd');
    assert.equal(
      (await written('process.stdout.write(Uint8Array.of(0xf0)); console.log("text");')).out,
      '\ufffdtext\n',
    );
  });

  test('encodings given to write are obeyed, and its callback is called', async () => {
    const { out } =
      await written(`process.stdout.write('68690a', 'hex'); process.stdout.write('aGkK', 'base64');
      await new Promise<void>((resolve) => process.stdout.write('é\\n', 'utf8', () => resolve()));
      await new Promise<void>((resolve) => process.stdout.write('called\\n', () => resolve()));`);
    assert.equal(out, 'hi\nhi\né\ncalled\n');
  });

  test('programs that inherit our streams write below the cell, in order', async () => {
    assert.deepEqual(
      await written(`console.log('1');
        const nothing = execSync('echo 2; echo 3 >&2', { stdio: 'inherit' });
        console.log('4', nothing);
        const { status, stdout } = spawnSync('sh', ['-c', 'echo 5; exit 7'], { stdio: ['ignore', 'inherit', 'inherit'] });
        console.log('6', status, stdout);
        execFileSync('sh', ['-c', 'echo 7 >&2'], { stdio: [0, 1, 2] });
        console.log(String(execSync('echo piped')).trim());`),
      { out: '1\n2\n4 null\n5\n6 7 null\npiped\n', err: '3\n7\n' },
    );
    const { out, err } =
      await written(`const child = spawn('sh', ['-c', 'echo out; echo err >&2'], { stdio: 'inherit' });
      await ended(child); console.log(child.stdout, child.stdio[1]);
      await ended(spawn('sh', ['-c', 'echo shared >&2'], { stdio: ['pipe', 'pipe', process.stdout] }));
      const piped = spawn('echo', ['hidden']); await ended(piped);
      fs.writeFileSync('child.js', 'console.log("forked"); process.send("hello")');
      const forked = fork('child.js'); forked.once('message', (m) => console.log(m)); await ended(forked);
      const worker = new Worker('console.log("worker")', { eval: true }); await new Promise((r) => worker.once('exit', r));`);
    assert.deepEqual(out.split('\n').sort(), ['', 'forked', 'hello', 'null null', 'out', 'shared', 'worker']);
    assert.equal(err, 'err\n');
  });

  test('a program that fails is told of as in Node, after its output', async () => {
    const { reply, published } = await kernel.execute(
      "execSync('echo before; exit 3', { stdio: 'inherit' });",
    );
    assert.equal(reply.evalue, 'Command failed: echo before; exit 3');
    assert.equal(textOf(published), 'before\n');
  });

  test('more than a pipe holds arrives whole', async () => {
    const { out } = await written(
      "execSync('head -c 3000000 /dev/zero | tr \"\\\\0\" x', { stdio: 'inherit' });",
    );
    assert.equal(out.length, 3_000_000);
  });

  test('what is written to descriptors 1 and 2 is shown, in order', async () => {
    const { out, err } = await written(`console.log('a');
      console.log(fs.writeSync(1, 'b\\n'), fs.writeSync(1, Buffer.from('xc\\nx'), 1, 2));
      await new Promise<void>((r) => fs.write(1, 'd\\n', () => r()));
      fs.writeFileSync(1, 'e\\n'); fs.writeSync(2, 'f\\n');`);
    assert.deepEqual([out, err], ['a\nb\nc\n2 2\nd\ne\n', 'f\n']);
  });

  test('late output belongs to the cell that it comes from', async () => {
    const early = kernel.send('execute_request', {
      code: `import { displayHost } from '../lib/runtime/display';
        setTimeout(() => { console.log('late'); displayHost()!.show({ 'text/plain': 'shown late' }); }, 100);
        void ended(spawn('sh', ['-c', 'sleep 0.2; echo program'], { stdio: 'inherit' })).then(() => console.log('then'));
        console.log('early');`,
    });
    await kernel.finish(early);
    const { published } = await kernel.execute(
      'console.log("begins"); await new Promise((r) => setTimeout(r, 600)); console.log("ends");',
    );
    assert.equal(textOf(published), 'begins\nends\n');
    await kernel.until(() => textOf(kernel.outputs(early)).includes('then'));
    assert.equal(textOf(kernel.outputs(early)), 'early\nlate\nprogram\nthen\n');
    assert.ok(kernel.outputs(early).some(({ type }) => type === 'display_data'));
  });

  test('output of a loop that never awaits is shown while it runs', async () => {
    const id = kernel.send('execute_request', {
      code: 'for (const end = Date.now() + 60_000; Date.now() < end;) console.log("round");',
    });
    await kernel.until(() => textOf(kernel.outputs(id)).includes('round'));
    kernel.send('interrupt_request', {}, true);
    assert.equal((await kernel.finish(id)).reply.ename, 'InterruptedError');
  });
});
