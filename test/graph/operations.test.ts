/** The operations that users write with. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { graph as g } from '../../lib/graph';
import { Graph, type Value } from '../../lib/graph/graph';
import { placeholder } from '../../lib/graph/ops/constant';
import { Session } from '../../lib/graph/session';
import { projectRoot } from '../../lib/runtime/paths';
import { tf } from '../../lib/runtime/tensorflow';

/** Files and functions of lib/graph/ops that only the library itself has a use for. */
const own = {
  files: ['check.ts', 'control.ts', 'loop.ts', 'variable.ts'],
  functions: [
    ...['binary', 'logical', 'unary', 'productGradients', 'attributes', 'windowCount'],
    ...['allAxes', 'axesOf', 'reduce', 'unbroadcast', 'withReducedAxes'],
    ...[
      'bitcast',
      'pairsOf',
      'rolled',
      'floorDiv',
      'floorMod',
      'floatsOf',
      'halvesOf',
      'intsOf',
      'statelessBits',
      'withoutEffectOf',
      'kernelGradient',
      'sizesFor',
      'bytesOf',
      'constantOf',
      'ints',
      'placeholder',
      'seedOf',
      'word',
      'bitAnd',
      'bitXor',
      'hashed',
    ],
  ],
};

test('are all that the library has, but for what only itself has a use for', () => {
  const folder = path.join(projectRoot, 'lib', 'graph', 'ops');
  const missing = fs
    .readdirSync(folder)
    .filter((file) => !own.files.includes(file))
    .flatMap((file) => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- whatever files there are
      const names = Object.keys(require(path.join(folder, file)) as object);
      return names
        .filter((name) => !(name in g) && !own.functions.includes(name))
        .map((name) => `${file}: ${name}`);
    });
  assert.deepEqual(
    missing,
    [],
    'name them in lib/graph/operations.ts, or here if users have no use for them',
  );
  assert.deepEqual(
    own.functions.filter((name) => name in g),
    [],
  );
});

test('take a plain number on either side', async () => {
  const graph = new Graph();
  const x = placeholder(graph, 'x', 'float32', [3]);
  const cases: readonly (readonly [string, Value, readonly number[]])[] = [
    ['sub', g.sub(x, 1), [-2, 1, 2]],
    ['sub, the other way round', g.sub(1, x), [2, -1, -2]],
    ['div', g.div(6, x), [-6, 3, 2]],
    ['pow', g.pow(x, 2), [1, 4, 9]],
    ['maximum', g.maximum(0, x), [0, 2, 3]],
    ['less', g.cast(g.less(x, 2.5), 'float32'), [1, 1, 0]],
    ['select', g.select(g.greater(x, 0), x, -5), [-5, 2, 3]],
    ['select, the other way round', g.select(g.greater(x, 0), -5, x), [-1, -5, -5]],
  ];
  graph.offer('all', { inputs: [x], outputs: cases.map(([, value]) => g.identity(value)) });
  const session = await Session.load(graph);
  const results = session.run('all', [tf.tensor1d([-1, 2, 3])]);
  cases.forEach(([name, , expected], i) => {
    assert.deepEqual([...results[i].dataSync()], expected, name);
  });
  session.dispose();
  assert.throws(() => g.mul(2 as never, 3), /a value of the graph and at most one number, not 2 and 3/);
});
