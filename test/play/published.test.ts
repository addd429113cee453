/** Published networks in the page: what their records say that they give for the stored pictures. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { publishedOffers } from '../../lib/play/published-networks';
import { readPictures } from '../../lib/published/pictures';
import { recordsWithWeights } from '../../lib/published/pretrained';
import { skipWithoutChromium } from '../browser/chromium';
import { type EnginePage, openEngine } from './engine-page';

/** Bytes of the weights, up to which a network is looked at: the large ones take long to write and to load. */
const most = 6e6;
const size = 32 * 32 * 3;

const records = recordsWithWeights().filter(({ weights }) =>
  Object.values(weights.files).every(({ bytes }) => bytes < most),
);

describe('published networks in the page', { skip: skipWithoutChromium }, () => {
  let engine: EnginePage;
  before(async () => {
    const names = new Set(records.map(({ name }) => name));
    engine = await openEngine(publishedOffers().filter(({ id }) => names.has(id)));
  });
  after(() => engine.close());

  for (const { name, weights } of records) {
    test(`${name}: within 1e-3 of the record`, async () => {
      const { images } = readPictures().set;
      for (const index of [0, 7, 19]) {
        const bytes = images.subarray(index * size, (index + 1) * size);
        const values = Array.from(bytes, (byte) => byte / 255);
        const { probabilities } = await engine.ask('look', name, { shape: [32, 32, 3], values });
        const expected = weights.pictures.probabilities[index];
        const furthest = Math.max(...probabilities.map((value, c) => Math.abs(value - expected[c])));
        assert.equal(probabilities.length, 10);
        assert.ok(furthest < 1e-3, `picture ${index}: ${furthest} away`);
      }
    });
  }

  test('there are some, and nothing is asked of the network', () => {
    assert.ok(records.length > 1);
    assert.deepEqual(engine.log, { errors: [], requests: [] });
  });
});
