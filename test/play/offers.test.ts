/** What the page is offered: each thing under a name of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelOffers } from '../../lib/play/notebook/model-offers';
import { blueprintOffers } from '../../lib/play/pictures-offers';
import { publishedOffers } from '../../lib/play/published-networks';
import { runOffers } from '../../lib/play/run-networks';
import { serveFolder } from '../../lib/play/server';
import { pretrained } from '../../lib/published';
import { writeRun } from '../report/fixtures';
import { noiseDataset, says, temporaryFolder } from '../train/fixtures';

test('a run may be called like a published record', async () => {
  const folder = temporaryFolder('offers-');
  const published = publishedOffers();
  assert.ok(published.length > 0);
  for (const { id } of published) writeRun(folder, id, { test: 0.5 });
  const runs = await runOffers({ folder, onNotice: () => undefined });
  assert.equal(runs.length, published.length);
  const ids = [...published, ...runs].map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, ids.join(' '));
});

test('the same published network may be given twice, as it is and changed', async () => {
  const models = [
    await pretrained('lenet5', { onNotice: () => undefined }),
    await pretrained('lenet5', { onNotice: () => undefined }),
  ];
  const [one, other] = modelOffers(models, noiseDataset());
  assert.notEqual(one.id, other.id);
  for (const model of models) model.dispose();
});

test('what is no port is refused in a sentence', async () => {
  await assert.rejects(serveFolder(temporaryFolder('port-'), { port: 70_000 }), says(/port is 70000/));
});

test('pictures that are too small for the networks to train get none', () => {
  const small = { ...noiseDataset(), imageShape: [12, 12, 3] as const };
  assert.deepEqual(blueprintOffers(small), []);
  assert.equal(blueprintOffers({ ...small, imageShape: [16, 16, 3] }).length, 2);
});
