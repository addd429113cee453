/**
 * Each repair of the kernel, and, beside it, that stock tslab fails at the same: a repair that tslab no longer
 * needs is one that can go.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isRunning } from '../../lib/runtime/process-lock';
import { KernelClient, textOf } from './client';
import { makeProject, removeProject } from './project';

/** A folder beside lib, as notebooks/ is, with nothing of the collection in it. */
let project: string;
let folder: string;

function writeLib(name: string, text: string): void {
  fs.writeFileSync(path.join(project, 'lib', name), text);
}

before(() => {
  ({ project, folder } = makeProject());
  writeLib(
    'answer.ts',
    'export const answer: number = 42;\nexport function twice(x: number): number { return 2 * x; }\n',
  );
  writeLib('index.ts', "export * from './answer';\nexport * from './thrower';\n");
  writeLib('thrower.ts', 'export function thrower(): never {\n  throw new RangeError("thrown in lib");\n}\n');
});
after(() => {
  removeProject(project);
});

describe('the kernel', () => {
  let kernel: KernelClient;
  before(async () => {
    kernel = await KernelClient.start('ours', folder, project);
  });
  after(() => kernel.stop());

  test('loses no output at 20,000 lines, whether written at once or line by line', async () => {
    const { reply, published } = await kernel.execute(`
      for (let i = 0; i < 10000; i++) console.log('line ' + i);
      for (let i = 10000; i < 20000; i++) { if (i % 100 === 0) await new Promise((r) => setImmediate(r)); console.log('line ' + i); }`);
    assert.equal(reply.status, 'ok');
    const lines = textOf(published).trimEnd().split('\n');
    assert.equal(lines.length, 20_000);
    assert.deepEqual([lines[0], lines[9_999], lines[19_999]], ['line 0', 'line 9999', 'line 19999']);
  });

  test('loses no message when each line is one of its own', async () => {
    const { published } = await kernel.execute(
      'for (let i = 0; i < 5000; i++) { console.log(`out ${i}`); console.error(`err ${i}`); }',
    );
    assert.equal(published.filter(({ type }) => type === 'stream').length, 10_000);
    assert.equal(textOf(published, 'stderr').trimEnd().split('\n').at(-1), 'err 4999');
  });

  test('gathers lines that are written together into one output', async () => {
    const { published } = await kernel.execute('for (let i = 0; i < 50; i++) console.log(i);');
    assert.equal(published.filter(({ type }) => type === 'stream').length, 1);
  });

  test('keeps stdout and stderr in the order of writing', async () => {
    const { published } = await kernel.execute('console.log("a"); console.error("b"); console.log("c");');
    const streams = published
      .filter(({ type }) => type === 'stream')
      .map(({ content }) => [content.name, content.text]);
    assert.deepEqual(streams, [
      ['stdout', 'a\n'],
      ['stderr', 'b\n'],
      ['stdout', 'c\n'],
    ]);
  });

  test('imports from ../lib, checked', async () => {
    const right = await kernel.execute(
      "import { answer, twice } from '../lib';\nconsole.log(twice(answer));",
    );
    assert.equal(textOf(right.published), '84\n');
    const wrong = await kernel.execute("twice('two');");
    assert.equal(wrong.reply.ename, 'TypeScriptError');
    assert.match(
      String(wrong.reply.evalue),
      /^cell \[\d+\]:1:7: Argument of type 'string' is not assignable/,
    );
  });

  test('an error has name, message, and a traceback that points at the line', async () => {
    const { reply, published } = await kernel.execute(
      '// one\nfunction inner(): void {\n  null!.x;\n}\n\ninner();\n'.replace('null!', '(undefined as any)'),
    );
    assert.equal(reply.status, 'error');
    const error = published.find(({ type }) => type === 'error');
    assert.equal(error?.content.ename, 'TypeError');
    assert.match(String(error.content.evalue), /reading 'x'/);
    const traceback = plain(error.content.traceback);
    assert.match(traceback, /→ 3 \|\s+\(undefined as any\)\.x;/);
    assert.match(traceback, /at inner \(cell \[\d+\]:3:\d+\)\n\s+at cell \[\d+\]:6:1/);
    assert.doesNotMatch(traceback, /lib\/kernel|node:internal/);
  });

  test('an error thrown in lib names its line there and the cell that called', async () => {
    const { published } = await kernel.execute("import { thrower } from '../lib';\n\nthrower();");
    const traceback = plain(published.find(({ type }) => type === 'error')?.content.traceback);
    assert.match(traceback, /RangeError: thrown in lib/);
    assert.match(traceback, /→ 3 \| thrower\(\);/);
    assert.match(traceback, /lib\/thrower\.ts:2:\d+/);
  });

  test('a rejected promise that nobody awaits fails the cell', async () => {
    const { reply } = await kernel.execute('void Promise.reject(new RangeError("unheard"));');
    assert.deepEqual([reply.status, reply.ename, reply.evalue], ['error', 'RangeError', 'unheard']);
  });

  test('an error in a callback fails the cell that waits, and the kernel lives', async () => {
    const { reply } = await kernel.execute(
      'await new Promise((r) => { setTimeout(() => { throw new Error("in a timer"); }, 5); setTimeout(r, 5000); });',
    );
    assert.equal(reply.evalue, 'in a timer');
    assert.equal((await kernel.execute('1 + 1')).reply.status, 'ok');
  });

  test('what fails after its cell has ended fails no other, and the next reply tells of it', async () => {
    await kernel.execute(
      // Long enough for the cell to have ended before, on a busy machine too.
      'void new Promise((_, reject) => setTimeout(() => reject(new RangeError("late")), 1000));',
    );
    const next = await kernel.execute(
      'await new Promise((r) => setTimeout(r, 2000));\nconsole.log("goes on");',
    );
    assert.equal(next.reply.status, 'ok');
    assert.match(textOf(next.published), /goes on/);
    assert.match(textOf(next.published, 'stderr'), /After its cell had ended.*RangeError.*late/s);
    const [failure] = next.reply.background_failures as { cell: number; error: { evalue: string } }[];
    assert.deepEqual([failure.cell, failure.error.evalue], [Number(next.reply.execution_count) - 1, 'late']);
    assert.equal((await kernel.execute('1')).reply.background_failures, undefined);
  });

  for (const [how, asks] of [
    [
      'readline',
      "import * as rl from 'node:readline/promises';\n" +
        'await rl.createInterface({ input: process.stdin }).question("? ");',
    ],
    ['a loop over lines', 'for await (const line of process.stdin) console.log(line);'],
    ['an event', 'await new Promise((resolve) => process.stdin.once("data", resolve));'],
  ] as const) {
    test(`a cell that asks for input is told that nobody is there (${how})`, async () => {
      const { reply } = await kernel.execute(asks);
      assert.deepEqual([reply.status, reply.ename], ['error', 'UserError']);
      assert.match(String(reply.evalue), /^This cell asks for input/);
      assert.equal((await kernel.execute('1 + 1')).reply.status, 'ok');
    });
  }

  test('a loop with for await may stand in a cell by itself', async () => {
    const { reply, published } = await kernel.execute(
      'async function* two() { yield 1; yield 2; }\nfor await (const n of two()) console.log(n);',
    );
    assert.deepEqual([reply.status, textOf(published)], ['ok', '1\n2\n']);
  });

  test('counts executions, in the reply, the input and the result', async () => {
    const first = await kernel.execute('1');
    const count = Number(first.reply.execution_count);
    const { reply, published } = await kernel.execute('2');
    assert.equal(reply.execution_count, count + 1);
    assert.deepEqual(
      published.map(({ type, content }) => [type, content.execution_count]),
      [
        ['execute_input', count + 1],
        ['execute_result', count + 1],
      ],
    );
  });

  test('shows a trailing expression as a result, and not when it ends with a semicolon', async () => {
    const shown = await kernel.execute('[1, 2].map((x) => x * 2)');
    assert.deepEqual(shown.published.at(-1)?.content.data, { 'text/plain': '[ 2, 4 ]' });
    const hidden = await kernel.execute('[1, 2].map((x) => x * 2);');
    assert.deepEqual(
      hidden.published.map(({ type }) => type),
      ['execute_input'],
    );
  });

  test('shorthand properties of variables from earlier cells', async () => {
    await kernel.execute('let width = 3; const height = 4;');
    assert.equal(
      textOf((await kernel.execute('console.log(JSON.stringify({ width, height }));')).published),
      '{"width":3,"height":4}\n',
    );
    await kernel.execute('({ width } = { width: 7 });');
    assert.equal(textOf((await kernel.execute('console.log(width);')).published), '7\n');
  });

  test('renaming in a pattern, of what an earlier cell has made', async () => {
    await kernel.execute('const pairs = [{ first: 1, second: { deep: 2 } }]; let target = 0;');
    const { published } = await kernel.execute(
      [
        'for (const { first: a, second: { deep: b } } of pairs) console.log(a, b);',
        'console.log(...pairs.map(({ first: c = 5, ...rest }) => [c, rest.second.deep]));',
        '({ first: target } = pairs[0]);',
        'const { second: d } = pairs[0];',
        'console.log(target, d.deep);',
      ].join('\n'),
    );
    assert.equal(textOf(published), '1 2\n[ 1, 2 ]\n1 2\n');
  });

  test('cells sent after a failing one are told that they were not run; without stop_on_error they run', async () => {
    for (const stop of [true, false]) {
      const options = { silent: false, store_history: true, stop_on_error: stop };
      const failing = kernel.send('execute_request', { code: 'throw new Error("first")', ...options });
      const second = kernel.send('execute_request', { code: 'console.log("second")', ...options });
      assert.equal((await kernel.finish(failing)).reply.status, 'error');
      const { reply, published } = await kernel.finish(second);
      assert.equal(reply.status, stop ? 'aborted' : 'ok');
      assert.equal(textOf(published), stop ? '' : 'second\n');
    }
    // One that is sent once the error is known always runs.
    await kernel.execute('throw new Error("known")');
    assert.equal((await kernel.execute('1')).reply.status, 'ok');
  });

  test('an interrupt stops an async loop, and what it had stays', async () => {
    const id = kernel.send('execute_request', {
      code: 'let rounds = 0;\nwhile (true) { await new Promise((r) => setTimeout(r, 2)); rounds++; if (rounds === 5) console.log("going"); }',
      silent: false,
    });
    await kernel.until(() => textOf(kernel.outputs(id)).includes('going'));
    await kernel.request('interrupt_request', {}, { control: true });
    assert.equal((await kernel.finish(id)).reply.ename, 'InterruptedError');
    const first = Number(textOf((await kernel.execute('console.log(rounds);')).published));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const second = Number(textOf((await kernel.execute('console.log(rounds);')).published));
    assert.ok(first >= 5);
    assert.equal(second, first, 'the loop went on after its interrupt');
  });

  for (const [when, code] of [
    ['at once', 'console.log("going"); while (true) {}'],
    ['after an await', 'await new Promise((r) => setTimeout(r, 5)); console.log("going"); while (true) {}'],
  ] as const) {
    test(`an interrupt stops a loop that never awaits (${when})`, async () => {
      const id = kernel.send('execute_request', { code, silent: false });
      // Its output can't leave the process while it runs: the busy state tells that it has begun.
      await kernel.until(() => kernel.published.some((m) => m.parent === id && m.type === 'execute_input'));
      await new Promise((resolve) => setTimeout(resolve, 300));
      kernel.send('interrupt_request', {}, true);
      assert.equal((await kernel.finish(id)).reply.ename, 'InterruptedError');
      assert.equal(textOf((await kernel.execute('console.log("alive")')).published), 'alive\n');
    });
  }

  test('an interrupt that comes while a cell is being compiled stops it too', async () => {
    // Some seconds of type check, and no code that takes time.
    const lines = Array.from({ length: 6000 }, (_, i) => `const big${i} = { a: ${i}, b: ['${i}'] };`);
    const code = `${lines.join('\n')}\nconsole.log('ran');`;
    const id = kernel.send('execute_request', { code, silent: false });
    await kernel.until(() => kernel.outputs(id).some(({ type }) => type === 'execute_input'));
    kernel.send('interrupt_request', {}, true);
    const { reply, published } = await kernel.finish(id);
    assert.equal(reply.ename, 'InterruptedError');
    assert.equal(textOf(published), '');
    assert.equal(textOf((await kernel.execute("console.log('alive');")).published), 'alive\n');
  });

  test('a value that fails to show itself fails the cell, and nothing hangs', async () => {
    const { reply } = await kernel.execute(
      '({ [Symbol.for("Jupyter.display")]() { throw new Error("no picture"); } })',
    );
    assert.equal(reply.evalue, 'no picture');
    const { published } = await kernel.execute(
      '({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>shown</b>" }) })',
    );
    assert.deepEqual(published.at(-1)?.content.data, { 'text/html': '<b>shown</b>' });
  });

  test('work that listens stops by itself and keeps what it has; asked twice, it is stopped', async () => {
    const listening = `import { onInterrupt } from '../lib/runtime/interrupt';
      let stop = false; let steps = 0;
      const release = onInterrupt(() => { stop = true; });
      console.log('going');
      try { while (!stop) { await new Promise((r) => setTimeout(r, 2)); steps++; } } finally { release(); }
      console.log('stopped by itself');`;
    const id = kernel.send('execute_request', { code: listening, silent: false });
    await kernel.until(() => textOf(kernel.outputs(id)).includes('going'));
    await kernel.request('interrupt_request', {}, { control: true });
    const { reply, published } = await kernel.finish(id);
    assert.equal(reply.status, 'ok');
    assert.match(textOf(published), /stopped by itself/);

    const deaf = kernel.send('execute_request', {
      code: listening.replace('stop = true;', ''),
      silent: false,
    });
    await kernel.until(() => textOf(kernel.outputs(deaf)).includes('going'));
    await kernel.request('interrupt_request', {}, { control: true });
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(!kernel.published.some((m) => m.parent === deaf && m.type === 'error'));
    await kernel.request('interrupt_request', {}, { control: true });
    assert.equal((await kernel.finish(deaf)).reply.ename, 'InterruptedError');
  });

  test('an edited lib file is picked up by the next import, through an index too, and is checked', async () => {
    writeLib(
      'answer.ts',
      'export const answer: string = "changed";\nexport function twice(x: number): number { return 2 * x; }\n',
    );
    const { published } = await kernel.execute(
      "import { answer } from '../lib';\nconst text: string = answer;\nconsole.log(text);",
    );
    assert.equal(textOf(published), 'changed\n');
    writeLib(
      'answer.ts',
      'export const answer: number = "no number";\nexport function twice(x: number): number { return 2 * x; }\n',
    );
    const broken = await kernel.execute("import { answer } from '../lib';");
    assert.match(
      String(broken.reply.evalue),
      /^lib\/answer\.ts:1:14: Type 'string' is not assignable to type 'number'/,
    );
    writeLib(
      'answer.ts',
      'export const answer: number = 43;\nexport function twice(x: number): number { return 2 * x; }\n',
    );
    assert.equal((await kernel.execute("import { answer } from '../lib';")).reply.status, 'ok');
  });

  test('completion is answered while a cell waits, and the kernel still counts as busy', async () => {
    const id = kernel.send('execute_request', {
      code: 'await new Promise((r) => setTimeout(r, 600));',
      silent: false,
    });
    const { reply } = await kernel.request('complete_request', {
      code: 'const é = "😀"; console.lo',
      cursor_pos: 25,
    });
    assert.ok((reply.matches as string[]).includes('log'));
    assert.deepEqual([reply.cursor_start, reply.cursor_end], [23, 25]);
    const isIdle = kernel.published.some(
      (m) => m.parent === id && m.type === 'status' && m.content.execution_state === 'idle',
    );
    assert.ok(!isIdle);
    // It comes right behind the completion's own idle.
    const lastStatus = (): unknown =>
      kernel.published.filter(({ type }) => type === 'status').at(-1)?.content;
    await kernel.until(() => (lastStatus() as { execution_state: string }).execution_state === 'busy', 400);
    await kernel.finish(id);
  });

  test('a message with a wrong signature is left unread', async () => {
    const forged = await kernel.sendForged('execute_request', {
      code: 'console.log("forged")',
      silent: false,
    });
    await kernel.execute('1');
    assert.deepEqual(kernel.outputs(forged), []);
  });

  test('a restart picks up edited lib files; it leaves when asked to, with code 0', async () => {
    writeLib('answer.ts', 'export const answer: number = 44;\n');
    const own = await KernelClient.start('ours', folder, project);
    const { published } = await own.execute("import { answer } from '../lib';\nconsole.log(answer);");
    assert.equal(textOf(published), '44\n');
    const exited = new Promise<number | null>((resolve) => own.process.once('exit', resolve));
    await own.request('shutdown_request', { restart: false }, { control: true, needsIdle: false });
    assert.equal(await exited, 0);
    await own.stop();
  });
});

test('a kernel whose Jupyter dies while it starts leaves', async () => {
  // A parent that starts a kernel and is gone before that can have looked.
  const file = path.join(folder, 'connection.json');
  const ports = { shell_port: 0, iopub_port: 0, stdin_port: 0, control_port: 0, hb_port: 0 };
  fs.writeFileSync(file, JSON.stringify({ transport: 'tcp', ip: '127.0.0.1', key: 'key', ...ports }));
  const parent = `
    const { spawn } = require('node:child_process');
    const options = { detached: true, stdio: 'ignore', env: { ...process.env, JPY_PARENT_PID: String(process.pid) } };
    const kernel = spawn(process.execPath, [${JSON.stringify(path.join(project, 'lib/kernel/launch.js'))},
      ${JSON.stringify(file)}], options);
    console.log(kernel.pid);
    process.exit();`;
  const { stdout } = spawnSync(process.execPath, ['-e', parent], { cwd: folder, encoding: 'utf8' });
  const pid = Number(stdout);
  assert.ok(isRunning(`${pid}:`), 'the kernel has started');
  for (let tries = 0; tries < 600 && isRunning(`${pid}:`); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const goesOn = isRunning(`${pid}:`);
  if (goesOn) process.kill(pid, 'SIGKILL');
  assert.ok(!goesOn, 'it goes on without a parent');
});

describe('stock tslab fails at what was repaired', () => {
  let kernel: KernelClient;
  before(async () => {
    kernel = await KernelClient.start('stock', folder, project);
  });
  after(() => kernel.stop());

  test('publishes no error message', async () => {
    const { published } = await kernel.execute('throw new Error("unseen")', {}, false);
    assert.equal(
      published.find(({ type }) => type === 'error'),
      undefined,
    );
    await new Promise((resolve) => setTimeout(resolve, 400));
  });

  test("can't import ../lib", async () => {
    const { published } = await kernel.execute("import { answer } from '../lib';", {}, false);
    assert.match(textOf(published, 'stderr'), /rootDir/);
    await new Promise((resolve) => setTimeout(resolve, 400));
  });

  test('shorthand throws, and each line is an output of its own', async () => {
    await kernel.execute('const x = 1;', {}, false);
    const { reply } = await kernel.execute('JSON.stringify({ x })', {}, false);
    assert.equal(reply.status, 'error');
    await new Promise((resolve) => setTimeout(resolve, 400));
    const { published } = await kernel.execute('for (let i = 0; i < 5; i++) console.log(i);', {}, false);
    assert.ok(published.filter(({ type }) => type === 'stream').length !== 1);
    assert.equal(
      published.find(({ type }) => type === 'execute_input'),
      undefined,
    );
  });

  test('takes the name of a property in a pattern for a variable', async () => {
    await kernel.execute('const pairs = [{ first: 1 }];', {}, false);
    const { reply } = await kernel.execute('for (const { first: a } of pairs) console.log(a);', {}, false);
    assert.equal(reply.status, 'error');
    await new Promise((resolve) => setTimeout(resolve, 400));
  });

  test('skips in silence what is sent after a failing cell', async () => {
    const failing = kernel.send('execute_request', { code: 'throw new Error("first")', silent: false });
    const second = kernel.send('execute_request', { code: 'console.log("second")', silent: false });
    await kernel.finish(failing, false);
    assert.notEqual((await kernel.finish(second, false)).reply.status, 'aborted');
    assert.equal(textOf(kernel.outputs(second)), '');
    await new Promise((resolve) => setTimeout(resolve, 400));
  });

  test('an interrupt leaves an async loop running', async () => {
    // Each round writes a file: a channel that stock tslab can't lose.
    const file = path.join(project, 'rounds');
    const id = kernel.send('execute_request', {
      code: `import * as fs from 'fs';
        for (let n = 1; ; n++) { await new Promise((r) => setTimeout(r, 2)); fs.writeFileSync(${JSON.stringify(file)}, String(n)); }`,
      silent: false,
    });
    const rounds = (): number => (fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) : 0);
    const reach = async (count: number): Promise<void> => {
      for (const end = Date.now() + 60_000; rounds() < count; await new Promise((r) => setTimeout(r, 20))) {
        assert.ok(Date.now() < end, `${rounds()} rounds`);
      }
    };
    await reach(5);
    kernel.process.kill('SIGINT');
    await kernel.finish(id, false);
    await reach(rounds() + 10);
  });

  // The last one: the burst keeps the kernel busy, on a busy machine for minutes.
  test('loses output', async () => {
    const id = kernel.send('execute_request', {
      code: 'for (let i = 0; i < 20000; i++) console.log(i);',
      silent: false,
    });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const lines = textOf(kernel.outputs(id)).trimEnd().split('\n').length;
    assert.ok(lines < 20_000, `${lines} lines arrived`);
  });
});

function plain(traceback: unknown): string {
  return (traceback as string[]).join('\n').replace(/\u001b\[\d+m/g, '');
}
