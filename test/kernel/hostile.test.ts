/** Whatever a cell throws, shows or calls, it gets a reply in plain text, and the kernel lives on. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../lib/kernel/wire';
import { type KernelClient, type Result, textOf } from './client';
import { startInProject } from './project';

const PREPARE = `
  const bare: any = Object.create(null);
  const named = (name: any, message: any = 'm'): any => { const e: any = new Error('x'); e.name = name; e.message = message; return e; };
  const stacked = (stack: PropertyDescriptor): any => Object.defineProperty(new Error('stacked'), 'stack', stack);
  const trap = (): never => { throw new Error('trapped'); };
  const traps: any = { has: trap, get: trap, getPrototypeOf: trap, ownKeys: trap, getOwnPropertyDescriptor: trap };
  const revoked: any = (() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })();`;

/** Expressions that are thrown, and what the reply must say of them. */
const HOSTILE: readonly (readonly [string, RegExp, RegExp])[] = [
  ["{ message: 'x', get name(): string { throw new Error('i'); } }", /./, /x/],
  ["named(Symbol('odd'))", /^Symbol\(odd\)$/, /^m$/],
  ['named(bare)', /null prototype/, /^m$/],
  ['named(5)', /^5$/, /^m$/],
  ["named('Named', { deep: 1 })", /^Named$/, /deep: 1/],
  ['named(undefined)', /^Error$/, /^m$/],
  ['new Proxy({}, { has: trap })', /./, /./],
  ['new Proxy(new Error("inside"), traps)', /./, /./],
  ['new Proxy(() => 0, traps)', /./, /./],
  ['revoked', /./, /./],
  ['stacked({ value: 5 })', /^Error$/, /^stacked$/],
  ['stacked({ get: trap })', /^Error$/, /^stacked$/],
  [
    '{ toString: trap, [Symbol.toPrimitive]: trap, [Symbol.for("nodejs.util.inspect.custom")]: trap }',
    /^Thrown$/,
    /./,
  ],
  ['bare', /^Thrown$/, /null prototype/],
  ['null', /^Thrown$/, /^null$/],
  ['undefined', /^Thrown$/, /^undefined$/],
  ['"words"', /^Thrown$/, /^words$/],
  ['10n', /^Thrown$/, /^10n$/],
  ['Object.assign(new Error("loop"), { cause: null, errors: revoked })', /^Error$/, /^loop$/],
  ['(() => { const e: any = new Error("own cause"); e.cause = e; return e; })()', /^Error$/, /^own cause$/],
  [
    '(() => { const all: Error[] = []; for (let i = 0; i < 1000; i++) all.push(Object.assign(new Error("i"), { errors: all })); return new AggregateError(all); })()',
    /^AggregateError$/,
    /^$/,
  ],
  ['"\\ud83c"', /^Thrown$/, /^\ufffd$/],
];

function assertPlainError({ reply }: Result, code: string): void {
  assert.equal(reply.status, 'error', code);
  assert.equal(typeof reply.ename, 'string', code);
  assert.equal(typeof reply.evalue, 'string', code);
  assert.ok(Array.isArray(reply.traceback), code);
  for (const line of reply.traceback) assert.equal(typeof line, 'string', code);
}

describe('hostile cells', () => {
  let kernel: KernelClient;
  let stop: () => Promise<void>;
  before(async () => {
    ({ kernel, stop } = await startInProject());
    await kernel.execute(PREPARE);
  });
  after(() => stop());

  test('every thrown value gets a reply in plain text', async () => {
    for (const [value, ename, evalue] of HOSTILE) {
      const result = await kernel.execute(`throw ${value};`);
      assertPlainError(result, value);
      assert.match(result.reply.ename as string, ename, value);
      assert.match(result.reply.evalue as string, evalue, value);
      const { content } = result.published.find(({ type }) => type === 'error')!;
      assert.deepEqual([content.ename, content.evalue], [result.reply.ename, result.reply.evalue]);
    }
    assert.equal((await kernel.execute('1 + 1')).reply.status, 'ok');
  });

  test('thrown by a timer after its cell, every value is told of by a later reply', async () => {
    const replies: JsonObject[] = [];
    for (const [value] of HOSTILE) {
      replies.push((await kernel.execute(`setTimeout(() => { throw ${value}; }, 20);`)).reply);
    }
    for (const ms of [100, 0]) {
      replies.push((await kernel.execute(`await new Promise((r) => setTimeout(r, ${ms}));`)).reply);
    }
    // On a busy machine a timer may fire before its cell has ended, which then fails with it.
    const failed = replies.filter(({ status }) => status === 'error');
    const told = replies.flatMap(
      ({ background_failures }) => (background_failures ?? []) as { error: { evalue: unknown } }[],
    );
    assert.equal(told.length + failed.length, HOSTILE.length);
    for (const { error } of told) assert.equal(typeof error.evalue, 'string');
  });

  test('values that fail to show themselves fail at most their cell', async () => {
    for (const value of [
      ...['new Proxy({}, { has: trap })', 'new Proxy({}, traps)', 'revoked', 'bare', '10n', "'\\ud83c'"],
      '{ [Symbol.for("Jupyter.display")]: () => { const loop: any = {}; loop.loop = loop; return loop; } }',
      '{ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": 10n }) }',
      '{ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": 5 }) }',
      '{ [Symbol.for("Jupyter.display")]: () => "no bundle" }',
      '{ get [Symbol.for("Jupyter.display")](): never { return trap(); } }',
      '{ [Symbol.for("nodejs.util.inspect.custom")]: trap }',
    ]) {
      const result = await kernel.execute(`(${value})`);
      if (result.reply.status !== 'ok') assertPlainError(result, value);
      for (const { type, content } of result.published) {
        if (type !== 'execute_result') continue;
        for (const data of Object.values(content.data as object)) assert.equal(typeof data, 'string', value);
      }
    }
  });

  test('half of an emoji, which no file can hold, arrives as a replacement character', async () => {
    const { published } = await kernel.execute("console.log('🎉'.slice(0, 1) + '|\\\\ud83c|🎉');");
    assert.equal(textOf(published), '\ufffd|\\ud83c|🎉\n');
  });

  test('an AggregateError shows the errors in it, each with its line', async () => {
    const { reply } = await kernel.execute(
      'await Promise.any([\n  Promise.reject(new RangeError("first")),\n  Promise.reject("second"),\n]);',
    );
    assert.equal(reply.ename, 'AggregateError');
    const traceback = (reply.traceback as string[]).join('\n').replace(/\u001b\[\d+m/g, '');
    assert.match(traceback, /error 1 of 2: RangeError: first/);
    assert.match(traceback, /→ 2 \| {3}Promise\.reject\(new RangeError/);
    assert.match(traceback, /error 2 of 2: Thrown: second/);
  });

  test('process.exit fails the cell, with its code, after what was printed before', async () => {
    const { reply, published } = await kernel.execute(
      'console.log("just before");\ntry { process.exit(3); } catch { console.log("caught"); }',
    );
    assert.deepEqual([reply.status, reply.ename], ['error', 'ExitError']);
    assert.match(String(reply.evalue), /process\.exit\(3\)/);
    assert.match(textOf(published), /^just before\n/);
    const later = await kernel.execute(
      'setTimeout(() => process.exit(4), 10); await new Promise((r) => setTimeout(r, 5000));',
    );
    assert.match(String(later.reply.evalue), /process\.exit\(4\)/);
    // On a busy machine the timer may fire before its cell has ended.
    const { reply: own } = await kernel.execute('setTimeout(() => process.exit(5), 20);');
    const { reply: next } = await kernel.execute('await new Promise((r) => setTimeout(r, 100));');
    assert.equal(next.status, 'ok');
    assert.match(JSON.stringify([own.evalue, next.background_failures]), /process\.exit\(5\)/);
  });

  test("magics and shell commands of Python's kernel are answered with what to do instead", async () => {
    for (const [code, said] of [
      ['%timeit 1 + 1', /"%timeit" is a magic command.*console\.time/],
      ['%%bash\nls', /"%%bash" is a magic command/],
      ['const a = 1;\n!ls -la', /"!ls -la" runs a program.*execSync\("ls -la"/],
      ['!ls', /"!ls" runs a program.*execSync\("ls"/],
    ] as const) {
      const { reply } = await kernel.execute(code);
      assert.equal(reply.ename, 'TypeScriptError');
      assert.match(String(reply.evalue), said);
    }
    const { reply } = await kernel.execute('!missing.flag');
    assert.match(String(reply.evalue), /Cannot find name 'missing'/);
    assert.equal((await kernel.execute('const flag = true; !flag')).reply.status, 'ok');
  });

  test('user_expressions are answered, each by its name, and declare nothing', async () => {
    await kernel.execute('const width = 3;');
    const { reply } = await kernel.execute('const height = 4;', {
      user_expressions: {
        ...{ area: 'width * height', later: 'await Promise.resolve("done")', nothing: 'undefined' },
        ...{ wrong: 'width.missing', failing: '(() => { throw new RangeError("no"); })()' },
      },
    });
    const answers = reply.user_expressions as Record<string, Record<string, unknown>>;
    assert.deepEqual(answers.area, { status: 'ok', data: { 'text/plain': '12' }, metadata: {} });
    assert.deepEqual(answers.later.data, { 'text/plain': "'done'" });
    assert.deepEqual(answers.nothing.data, { 'text/plain': 'undefined' });
    assert.equal(answers.wrong.ename, 'TypeScriptError');
    assert.deepEqual([answers.failing.status, answers.failing.evalue], ['error', 'no']);
    assert.equal((await kernel.execute('tsLastExpr')).reply.status, 'error');
  });
});
