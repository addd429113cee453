/** How a lesson opens: a published network at work. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { loadDataset, type Dataset } from '../../lib/data';
import { titleOf } from '../../lib/models';
import { pretrained } from '../../lib/published';
import { tf } from '../../lib/runtime/tensorflow';
import { knowsClasses, showAtWork } from '../../lib/show';
import { showFilters } from '../../lib/show/inside';

const quiet = { onNotice: () => undefined };
const cifarClasses = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ');

async function sample(): Promise<Dataset> {
  return loadDataset({ source: 'sample', trainLimit: 10, testLimit: 40 });
}

/** Outside a notebook, what is shown is printed. */
function printed(context: TestContext): string[] {
  const lines: string[] = [];
  context.mock.method(console, 'log', (line: string) => lines.push(line));
  return lines;
}

test('on images of its classes: the first of each, with what it makes of them', async (context) => {
  const model = await pretrained('lenet5', quiet);
  // The pictures are of the sample; for what is tested here, only the names count.
  const dataset = { ...(await sample()), name: 'made up', classNames: cifarClasses };
  assert.equal(knowsClasses(model, dataset), true);
  const lines = printed(context);
  await showAtWork(model, dataset);
  const [text, ...others] = lines;
  assert.equal(others.length, 0);
  assert.match(text, /^made up: the first test image of each class, and what the published LeNet-5 says: /);
  const captions = text.split(': ').at(-1)!.split(' · ');
  assert.deepEqual(captions.map((caption) => /^\w+/.exec(caption)![0]).sort(), [...cifarClasses].sort());
  for (const caption of captions) assert.match(caption, /^\w+(, taken for \w+)? \(\d+\.\d %\)$/);
  model.dispose();
});

test('on other images it says why it is not shown', async (context) => {
  const model = await pretrained('lenet5', quiet);
  const dataset = await sample();
  const lines = printed(context);
  assert.equal(knowsClasses(model, dataset), false);
  await showAtWork(model, dataset);
  assert.equal(lines.length, 1);
  assert.match(
    lines[0],
    /^It names the classes of CIFAR-10.*, not those of the built-in sample, .*npm run data -- fetch/,
  );
  model.dispose();
});

test('its filters are shown under its name and that of its training images', async (context) => {
  const model = await pretrained('lenet5', quiet);
  assert.equal(titleOf(model), 'LeNet-5, published');
  const lines = printed(context);
  await showFilters(model);
  assert.match(lines[0], /^LeNet-5, published, trained on CIFAR-10.*: 6 filters of 5×5, layer "/);
  model.dispose();
});

test('no other network knows the classes of anything', async () => {
  const model = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [32, 32, 3] })] });
  assert.equal(knowsClasses(model, await sample()), false);
  model.dispose();
});
