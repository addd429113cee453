import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picturesOf } from '../../lib/show';
import { tf } from '../../lib/runtime/tensorflow';

test('pixels from 0 to 1 become bytes, one picture after another, and what is beyond is cut off', () => {
  const pixels = tf.tensor4d([0, 0.5, 1, -1, 2, 0.2, 1, 1, 0, 0, 0, 1], [2, 1, 2, 3]);
  const [first, second] = picturesOf(pixels, ['before']);
  pixels.dispose();
  assert.deepEqual([...first.pixels], [0, 128, 255, 0, 255, 51]);
  assert.deepEqual([...second.pixels], [255, 255, 0, 0, 0, 255]);
  assert.deepEqual([first.height, first.width, first.channels], [1, 2, 3]);
  assert.deepEqual([first.caption, second.caption], ['before', undefined]);
});
