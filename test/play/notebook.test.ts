/** `play(model)`: what it writes, and what the notebook shows. The pages themselves are looked at in test/browser. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { loadDataset } from '../../lib/data/load';
import type { Dataset } from '../../lib/data/types';
import { baseline } from '../../lib/models/baseline';
import { play } from '../../lib/play';
import { pretrained } from '../../lib/published';
import { type MimeBundle, setDisplayHost } from '../../lib/runtime/display';
import { UserError } from '../../lib/runtime/errors';
import { tf } from '../../lib/runtime/tensorflow';
import { type PlaygroundPage, playgroundType, readPlayground } from '../../lib/show/playground';
import { temporaryFolder } from '../train/fixtures';

describe('play', () => {
  const folder = temporaryFolder('play-');
  const pages = path.join(folder, 'outputs', 'play');
  let dataset: Dataset;
  let published: tf.LayersModel;
  /** By place: a later output replaces the one before it. */
  const shown = new Map<string, MimeBundle>();

  before(async () => {
    process.env.PLAY_DIR = pages;
    process.env.NOTEBOOK_OUTPUT_DIR = path.join(folder, 'notebooks');
    setDisplayHost({
      show: (bundle, id = '') => shown.set(id, bundle),
      clear: () => undefined,
    });
    dataset = await loadDataset({ source: 'sample', trainLimit: 20, testLimit: 20 });
    published = await pretrained('lenet5', { onNotice: () => undefined });
  });
  after(() => {
    delete process.env.PLAY_DIR;
    delete process.env.NOTEBOOK_OUTPUT_DIR;
    setDisplayHost(undefined);
    published.dispose();
  });

  async function outputOf(...args: Parameters<typeof play>): Promise<MimeBundle> {
    shown.clear();
    await play(...args);
    assert.equal(shown.size, 1);
    return [...shown.values()][0];
  }
  const contentOf = ({ file }: PlaygroundPage): string =>
    fs.readFileSync(path.join(folder, 'notebooks', file), 'utf8');

  test('writes the page, and shows where it is, a still picture and a link: little in the notebook', async () => {
    const output = await outputOf(published, { dataset });
    const page = output[playgroundType] as PlaygroundPage;
    assert.deepEqual(page, {
      file: '../outputs/play/lenet-5-published.html',
      ...{ hash: '', title: 'Playground: LeNet-5, published · pictures: built-in sample', height: 720 },
    });
    assert.deepEqual(readPlayground(page), page);
    const html = String(output['text/html']);
    assert.equal(html.match(/<a href="\.\.\/outputs\/play\/lenet-5-published\.html">/g)?.length, 2);
    assert.match(html, /<img src="data:image\/svg\+xml;base64,/);
    assert.match(String(output['text/plain']), /built-in sample: .*lenet-5-published\.html$/);
    assert.ok(JSON.stringify(output).length < 60_000);
    const content = contentOf(page);
    assert.match(content, /"id":"lenet5-best-seed1","title":"LeNet-5, published"/);
    assert.match(content, /"classNames":\["airplane",/);
    assert.match(content, /<\/html>\n$/);
  });

  test('leaves a page alone that holds the same already', async () => {
    const file = path.join(pages, 'lenet-5-published.html');
    fs.utimesSync(file, 1, 1);
    await play(published, { dataset });
    assert.equal(fs.statSync(file).mtimeMs, 1000);
    await play(published, { dataset, pictures: 10 });
    assert.notEqual(fs.statSync(file).mtimeMs, 1000);
    assert.deepEqual(fs.readdirSync(pages), ['lenet-5-published.html']);
  });

  test("puts two side by side, one's own with the classes of its dataset", async () => {
    const own = baseline({ inputShape: dataset.imageShape, classes: 10, seed: 1 });
    const page = (await outputOf([own, published], { dataset, name: 'both' }))[
      playgroundType
    ] as PlaygroundPage;
    own.dispose();
    assert.equal(page.file, '../outputs/play/both.html');
    assert.equal(page.hash, '#look/baseline+lenet5-best-seed1');
    assert.match(page.title, /Baseline beside LeNet-5, published/);
    assert.ok(contentOf(page).includes(`"classNames":${JSON.stringify(dataset.classNames)}`));
  });

  test('says what is wrong, and then writes nothing', async () => {
    const three = [published, published, published];
    const seven = tf.sequential({
      name: 'seven',
      layers: [tf.layers.flatten({ inputShape: [32, 32, 3] }), tf.layers.dense({ units: 7 })],
    });
    const before = fs.readdirSync(pages);
    await assert.rejects(play(three, { dataset }), /was given 3 networks; it takes one, or two to compare/);
    await assert.rejects(play(seven, { dataset }), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(
        error.message,
        /"seven" tells 7 classes apart, and the built-in sample has 10\. .*play\(model, {/,
      );
      return true;
    });
    await assert.rejects(play(published, { dataset, name: '../x' }), /can't be called "\.\.\/x"/);
    assert.deepEqual(fs.readdirSync(pages), before);
    seven.dispose();
  });

  test('trusts no output of others', () => {
    const good = { file: 'a/b.html', hash: '', title: 't', height: 1 };
    assert.ok(readPlayground(good));
    for (const file of [
      '/etc/x.html',
      'https://x.org/a.html',
      'javascript:1//.html',
      'a.html?x',
      '\\\\x\\a.html',
      'a.txt',
    ]) {
      assert.equal(readPlayground({ ...good, file }), undefined, file);
    }
    assert.equal(readPlayground({ ...good, hash: '"x' }), undefined);
    assert.equal(readPlayground(null), undefined);
  });
});
