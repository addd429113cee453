import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../lib/runtime/errors';
import { tf } from '../../lib/runtime/tensorflow';
import { imagesOutput } from '../../lib/show/images';
import { noiseDataset } from '../train/fixtures';

const dataset = noiseDataset(); // classes 0 1 2 in turn

function pngs(html: string): Buffer[] {
  return [...html.matchAll(/src="data:image\/png;base64,([^"]+)"/g)].map(([, data]) =>
    Buffer.from(data, 'base64'),
  );
}

test('the pictures hold the very pixels of the set, row by row', async () => {
  const before = tf.memory().numTensors;
  const html = (await imagesOutput(dataset, { indices: [3, 5], columns: 1 }))['text/html'] as string;
  const [first, second, ...others] = pngs(html);
  assert.equal(others.length, 0);
  assert.equal(html.match(/<tr\b/g)?.length, 2);
  for (const [png, index] of [
    [first, 3],
    [second, 5],
  ] as const) {
    const pixels = tf.tidy(() => tf.node.decodePng(png).dataSync());
    assert.deepEqual([...pixels], [...dataset.train.images.subarray(index * 192, (index + 1) * 192)]);
  }
  assert.equal(tf.memory().numTensors, before);
});

test('captions tell what a network took the image for, and how sure it was', async () => {
  const evaluation = {
    on: 'test',
    predictions: new Int32Array(20).fill(1),
    confidences: new Float32Array(20).fill(0.75),
  } as const;
  const output = await imagesOutput(dataset, { indices: [0, 1], evaluation });
  assert.equal(
    output['text/plain'],
    'noise, test images: class 0, taken for class 1 (75.0 %) · class 1 (75.0 %)',
  );
  // Captions are narrow: a line must not end between a number and its sign.
  assert.match(output['text/html'] as string, /<br>class 0, taken for class 1 \(75\.0\u00a0%\)<\/td>/);
});

test('class names are escaped', async () => {
  const html = (await imagesOutput({ ...dataset, classNames: ['<b>', '&', '"'] }, { indices: [0, 1, 2] }))[
    'text/html'
  ];
  assert.match(html as string, /alt="&lt;b&gt;"/);
  assert.ok(!(html as string).includes('<b>'));
});

test('by default the first 20, or as many as there are', async () => {
  assert.equal(pngs((await imagesOutput(dataset))['text/html'] as string).length, 20);
  const few = noiseDataset({ train: 3 });
  assert.equal(pngs((await imagesOutput(few))['text/html'] as string).length, 3);
});

test('an image that is not there is named', async () => {
  await assert.rejects(imagesOutput(dataset, { indices: [40] }), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /no image 40.*0 to 39/);
    return true;
  });
});
