/** What cells may consist of, and what they may live beside. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { KernelClient, textOf } from './client';
import { makeProject, removeProject, startInProject } from './project';

describe('a cell', () => {
  let kernel: KernelClient;
  let project: string;
  let stop: () => Promise<void>;
  before(async () => {
    ({ kernel, project, stop } = await startInProject());
  });
  after(() => stop());

  test('may export what it declares, which later cells see like everything else', async () => {
    const { reply, published } = await kernel.execute(
      [
        'export const x = 3; export let y = 1;',
        'export function twice(n: number): number { return 2 * n; }',
        'export async function later(): Promise<number> { return x; }',
        'export class Box { constructor(readonly n: number) {} }',
        'export enum Colour { Red }; export type N = number; export interface Named { name: string }',
        'const own = 7; export { own };',
        'x',
      ].join('\n'),
    );
    assert.equal(reply.status, 'ok', String(reply.evalue));
    assert.deepEqual(published.at(-1)?.content.data, { 'text/plain': '3' });
    const next = await kernel.execute(
      'const n: N = twice(x); const named: Named = { name: "a" }; y = 5;\n' +
        'console.log(n, new Box(1).n, Colour.Red, named.name, await later(), own, y);',
    );
    assert.equal(textOf(next.published), '6 1 0 a 3 7 5\n');
    const wrong = await kernel.execute('export const wrong: string = 5;');
    assert.match(String(wrong.reply.evalue), /^cell \[\d+\]:1:14: Type 'number'/);
  });

  test('sees no result of an earlier cell as a variable', async () => {
    await kernel.execute('const one = 1; one');
    assert.match(String((await kernel.execute('tsLastExpr')).reply.evalue), /Cannot find name 'tsLastExpr'/);
  });

  test('works with functions of all kinds that call each other', async () => {
    const { reply, published } = await kernel.execute(
      [
        'const even = (n: number): boolean => n === 0 || odd(n - 1);',
        'function odd(n: number): boolean { "use strict"; return n !== 0 && even(n - 1); }',
        'const make = () => ({ value: even(2) });',
        'class Tree { children: Tree[] = []; count(): number { return 1 + this.children.reduce((s, c) => s + c.count(), 0); } }',
        'function* walk(n: number): Generator<number> { if (n > 0) { yield n; yield* walk(n - 1); } }',
        'const fact = async (n: number): Promise<number> => (n < 2 ? 1 : n * (await fact(n - 1)));',
        'const tree = new Tree(); tree.children.push(new Tree());',
        'console.log(even(10), odd(10), make(), tree.count(), [...walk(3)], await fact(5));',
      ].join('\n'),
    );
    assert.equal(reply.status, 'ok', String(reply.evalue));
    assert.equal(textOf(published), 'true false { value: true } 2 [ 3, 2, 1 ] 120\n');
  });

  test('is not failed by a broken file that an earlier cell has imported, unless it imports it', async () => {
    const file = path.join(project, 'lib', 'fragile.ts');
    fs.writeFileSync(file, 'export const fragile = 1;\n');
    fs.writeFileSync(path.join(project, 'lib', 'sound.ts'), 'export const sound = 2;\n');
    assert.equal(
      (await kernel.execute("import { fragile } from '../lib/fragile'; fragile")).reply.status,
      'ok',
    );
    fs.writeFileSync(file, 'export const fragile: string = ;\n');
    fs.utimesSync(file, new Date(), new Date(Date.now() + 5000));
    assert.equal((await kernel.execute('1 + 1')).reply.status, 'ok');
    assert.equal((await kernel.execute("import { sound } from '../lib/sound'; sound")).reply.status, 'ok');
    const { reply } = await kernel.execute("import { fragile } from '../lib/fragile'; fragile");
    assert.match(String(reply.evalue), /^lib\/fragile\.ts:1:32: Expression expected/);
  });

  // The last one: each cell after it carries its 20,000 declarations along.
  test('of 20,000 lines is compiled, and those after it are', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `const v${i} = ${i};`);
    const { reply, published } = await kernel.execute(`${lines.join('\n')}\nv0 + v19999`);
    assert.equal(reply.status, 'ok');
    assert.deepEqual(published.at(-1)?.content.data, { 'text/plain': '19999' });
    assert.equal(textOf((await kernel.execute('console.log(v12345);')).published), '12345\n');
  });
});

test('names of folders may hold spaces, quotes, unicode, # and %', async () => {
  const names = [
    { project: 'a project #1 100%', folder: 'note books "q" \'s\'' },
    { project: 'größe 数 🎉', folder: '%20 #? & [x] {y} $z `b`' },
  ];
  for (const name of names) {
    const { project, folder } = makeProject(name);
    fs.writeFileSync(
      path.join(project, 'lib', 'fail.ts'),
      'export const two = 2;\nexport function fail(): never {\n  throw new RangeError("in lib");\n}\n',
    );
    fs.writeFileSync(path.join(folder, 'beside %41.ts'), 'export const three = 3;\n');
    const kernel = await KernelClient.start('ours', folder, project);
    try {
      const { reply, published } = await kernel.execute(
        "import { two, fail } from '../lib/fail';\nimport { three } from './beside %41';\nconsole.log(two + three);",
      );
      assert.equal(reply.status, 'ok', String(reply.evalue));
      assert.equal(textOf(published), '5\n');
      const failing = await kernel.execute('console.log(process.cwd());\nfail();');
      assert.equal(textOf(failing.published), `${folder}\n`);
      const traceback = (failing.reply.traceback as string[]).join('\n');
      assert.match(traceback, /fail\.ts:3:\d+/);
      assert.match(traceback, /→ 2 \|/);
      fs.writeFileSync(path.join(project, 'lib', 'fail.ts'), 'export const two: string = 2;\n');
      fs.utimesSync(path.join(project, 'lib', 'fail.ts'), new Date(), new Date(Date.now() + 5000));
      const wrong = await kernel.execute("import { two } from '../lib/fail';");
      assert.match(String(wrong.reply.evalue), /^lib\/fail\.ts:1:14: Type 'number'/);
    } finally {
      await kernel.stop();
      removeProject(project);
    }
  }
});
