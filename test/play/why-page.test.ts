/** The tab "Why", by what it draws. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipWithoutChromium } from '../browser/chromium';
import { seriousFindings } from './axe';
import {
  colours,
  drawn,
  numberOf,
  type OpenPage,
  type Playground,
  until,
  writePlayground,
} from './playground';

describe('why', { skip: skipWithoutChromium }, () => {
  let playground: Playground;
  let open: OpenPage;

  before(async () => {
    playground = await writePlayground();
    open = await playground.open('why/lenet5');
    await open.page.waitForSelector('.reading[data-under]');
  });
  after(() => playground.close());

  test('a square dragged over the picture changes the probability, and fills in the map', async () => {
    const { page } = open;
    const [reading, map] = [page.locator('.reading'), page.locator('.drop-map')];
    const before = {
      map: await drawn(map.locator('canvas')),
      measured: await numberOf(map, 'data-measured'),
    };
    const picture = await drawn(page.locator('.occlusion .picker canvas'));
    const box = (await page.locator('.occlusion .picker').boundingBox())!;
    const falls = new Set<string>();
    await page.mouse.move(box.x + box.width * 0.2, box.y + box.height / 2);
    await page.mouse.down();
    for (const share of [0.3, 0.45, 0.6]) {
      await page.mouse.move(box.x + box.width * share, box.y + box.height / 2, { steps: 3 });
      await page.waitForSelector('.reading[data-under]');
      const [full, under] = [await numberOf(reading, 'data-before'), await numberOf(reading, 'data-under')];
      if (Math.abs(full - under) > 1e-4) falls.add(under.toFixed(5));
    }
    await page.mouse.up();
    assert.ok(falls.size >= 2, `the same probability wherever the square is: ${[...falls].join()}`);
    await until(
      async () => (await numberOf(map, 'data-measured')) > before.measured + 3,
      'more places are measured',
    );
    assert.notEqual(await drawn(map.locator('canvas')), before.map);
    assert.notEqual(await drawn(page.locator('.occlusion .picker canvas')), picture);
  });

  test('arrow keys move the square; the whole map is measured on demand', async () => {
    const { page } = open;
    const square = page.locator('.occlusion .picker');
    await square.focus();
    const at = await square.getAttribute('aria-valuenow');
    await page.keyboard.press('ArrowDown');
    assert.equal(Number(await square.getAttribute('aria-valuenow')), Number(at) + 16);
    await page.getByRole('button', { name: 'Measure everywhere' }).click();
    await page.waitForSelector('.drop-map[data-measured="256"]');
    assert.ok((await colours(page.locator('.drop-map canvas'))) > 20);
  });

  test('saliency is drawn, and is another for another class', async () => {
    const { page } = open;
    const map = page.locator('.saliency canvas').first();
    await map.waitFor();
    assert.ok((await colours(map)) > 20);
    const before = await drawn(map);
    await page.locator('.classes label:not(.chosen) input').first().check();
    const name = await page.locator('.classes .chosen .class').textContent();
    await page.getByText(`Where the score of ${name ?? ''} reacts most.`).waitFor();
    assert.notEqual(await drawn(map), before);
    await page.getByRole('button', { name: 'Back to the network’s answer' }).click();
  });

  test('the nearest picture to a test picture is itself; another is looked at by a click', async () => {
    const { page } = open;
    await page.waitForSelector('.neighbours[data-done="40"] li:nth-child(12)');
    const first = page.locator('.neighbours button').first();
    assert.equal(await first.getAttribute('aria-current'), 'true');
    assert.equal(await numberOf(first, 'data-index'), 0);
    assert.ok((await numberOf(first, 'data-distance')) < 1e-3);
    const second = page.locator('.neighbours li:nth-child(2) button');
    const index = await second.getAttribute('data-index');
    await second.click();
    await page.waitForSelector(
      `.neighbours li:first-child [data-index="${index ?? ''}"][aria-current="true"]`,
    );
  });

  test('optimising the input shows its steps, stops, and goes on; the class becomes more probable', async () => {
    const { page } = open;
    const state = page.locator('.search figcaption');
    await page.locator('.search .buttons button').click();
    await until(async () => (await numberOf(state, 'data-steps')) >= 8, '8 steps are done');
    await page.locator('.search .buttons button').click();
    await page.getByRole('button', { name: /^Optimise for/ }).waitFor();
    const [steps, picture] = [
      await numberOf(state, 'data-steps'),
      await drawn(page.locator('.search canvas')),
    ];
    await page.waitForTimeout(300);
    assert.equal(await numberOf(state, 'data-steps'), steps);
    const share = await numberOf(state, 'data-share');
    assert.ok(share > 0.15, `${share} after ${steps} steps`);
    await page.locator('.search .buttons button').click();
    await until(async () => (await numberOf(state, 'data-steps')) > steps + 3, 'it goes on');
    await page.locator('.search .buttons button').click();
    assert.notEqual(await drawn(page.locator('.search canvas')), picture);
  });

  test('class activation is drawn for a network with global average pooling, and refused for others', async () => {
    const { page } = open;
    await page.getByText('This network has no such map.').waitFor();
    await page.locator('.network-choice select').selectOption('inception10');
    const map = page.locator('.activation canvas').first();
    await map.waitFor();
    assert.ok((await colours(map)) > 20);
  });

  test('of two networks, the one that the reader chooses is explained', async () => {
    const { page } = open;
    await page.getByRole('button', { name: 'Compare with another' }).click();
    const [first, second] = [0, 1].map((place) => page.locator('.which-network button').nth(place));
    await second.locator('span').waitFor();
    const map = page.locator('.saliency canvas').first();
    const before = await drawn(map);
    await second.click();
    await until(async () => (await drawn(map)) !== before, 'saliency is that of the other network');
    const answer = (await second.locator('span').textContent()) ?? '';
    const explained = page.locator('.classes .chosen');
    assert.equal(
      `${(await explained.locator('.class').textContent()) ?? ''}, ${(await explained.locator('.share').textContent()) ?? ''}`,
      answer,
    );
    await page.locator('.reading[data-under]').waitFor();
    await first.click();
    await until(async () => (await drawn(map)) === before, 'saliency is that of the first again');
    await page.getByRole('button', { name: 'Stop comparing' }).click();
    await page.locator('.which-network').waitFor({ state: 'detached' });
  });

  test('nothing serious for axe-core, no error, no request', async () => {
    assert.deepEqual(await seriousFindings(open.page), []);
    assert.deepEqual(open.log, { errors: [], requests: [] });
  });
});
