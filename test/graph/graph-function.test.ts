/** Operations as a function of arrays, and the walk back as lesson 10 writes it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradients, graph as g, graphFunction } from '../../lib/graph';

test('a graph is a function of arrays, with the gradients that it was asked for', async () => {
  const f = await graphFunction({ x: [2, 3], w: [3, 1], rate: [] }, ({ x, w, rate }) => {
    const loss = g.sum(g.square(g.matMul(x, w)));
    const [slope] = gradients(loss, [w]);
    return { loss, slope, next: g.sub(w, g.mul(slope!, rate)) };
  });
  try {
    // y = (8, 26), dw = 2·xᵀ·y
    const { loss, slope, next } = f.run({ x: [1, 2, 3, 4, 5, 6], w: [1, 2, 1], rate: [0.5] });
    assert.deepEqual([...loss], [64 + 400]);
    assert.deepEqual([...slope], [2 * (8 + 80), 2 * (16 + 100), 2 * (24 + 120)]);
    assert.deepEqual([...next], [1 - 88, 2 - 116, 1 - 144]);
    assert.deepEqual([...f.run({ x: new Float32Array(6), w: [1, 2, 1], rate: [1] }).loss], [0]);
    assert.ok(f.nodes.some(({ op }) => op === 'MatMul'));
  } finally {
    f.dispose();
  }
});

test('whole numbers are an input as well', async () => {
  const f = await graphFunction({ labels: { dtype: 'int32', shape: [2] } }, ({ labels }) => ({
    rows: g.oneHot(labels, 3),
  }));
  assert.deepEqual([...f.run({ labels: [2, 0] }).rows], [0, 0, 1, 1, 0, 0]);
  f.dispose();
});

test('what does not fit is refused in words', async () => {
  await assert.rejects(
    graphFunction({ a: [2, 3], b: [2, 3] }, ({ a, b }) => ({ product: g.matMul(a, b) })),
    /The function cannot be built: .*\[2, 3\] and \[2, 3\] do not multiply/,
  );
  await assert.rejects(
    graphFunction({ a: [2], b: [2] }, ({ a, b }) => ({ slope: gradients(g.sum(a), [b])[0] })),
    /no value for its output "slope"/,
  );
  const f = await graphFunction({ a: [2] }, ({ a }) => ({ same: a }));
  assert.throws(() => f.run({ a: [1, 2, 3] }), /"a" is float32 \[2\], and 3 numbers do not fill it/);
  f.dispose();
});
