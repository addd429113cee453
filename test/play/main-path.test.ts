/** A reader's way through the page, from disk and from a server, without a network: what each stop draws. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { serveFolder } from '../../lib/play/server';
import { skipWithoutChromium } from '../browser/chromium';
import {
  changedProbabilities,
  colours,
  drag,
  drawn,
  give,
  type OpenPage,
  type Playground,
  probabilitiesOf,
  until,
  writePlayground,
} from './playground';

describe("a reader's way", { skip: skipWithoutChromium }, () => {
  let playground: Playground;

  before(async () => {
    playground = await writePlayground();
  });
  after(() => playground.close());

  test('from disk', async () => {
    const opened = await playground.open();
    await goThrough(opened, () => Promise.resolve());
  });

  test('from a server on this machine that has stopped once the page is there', async () => {
    const server = await serveFolder(playground.folder);
    try {
      const opened = await playground.open('', { address: server.address });
      await goThrough(opened, async () => {
        await opened.page.context().setOffline(true);
      });
    } finally {
      await server.stop();
    }
  });
});

/** @param leave cuts the page off from its server, when it has what it needs */
async function goThrough(opened: OpenPage, leave: () => Promise<void>): Promise<void> {
  const { page, log } = opened;
  try {
    const first = await probabilitiesOf(page);
    await page.getByRole('tab', { name: 'Train here' }).click();
    await page.locator('.filters canvas').first().waitFor();
    await page.getByRole('tab', { name: 'Look' }).click();
    await leave();
    await lookAtPhoto(page, first);
    await takeApart(page);
    await askWhy(page);
    await train(page);
    assert.deepEqual(log, { errors: [], requests: [] });
  } finally {
    await opened.close();
  }
}

/** A photo is dropped, cropped, covered; the answer follows. */
async function lookAtPhoto(page: Page, first: readonly number[]): Promise<void> {
  await give(page, 'drop', { name: 'photo.png', type: 'image/png', bytes: await photo() });
  const whole = await changedProbabilities(page, first);
  await drag(page.locator('.crop .mark'), [
    [0.5, 0.5],
    [0.9, 0.5],
  ]);
  const moved = await changedProbabilities(page, whole);
  await page.getByRole('button', { name: 'Cover', exact: true }).click();
  await page.locator('.stage').click();
  await changedProbabilities(page, moved);
}

/** A layer, a map, a number, and the window that slides to the next. */
async function takeApart(page: Page): Promise<void> {
  await page.locator('[data-group="conv"]').click();
  await page.locator('.map').nth(2).click();
  await page.locator('[data-step="weighted-sum"]').waitFor();
  const value = await page.locator('.large-map .value').textContent();
  assert.equal(await page.locator('.outcome').last().textContent(), value);
  const window = await drawn(page.locator('.input-map canvas').first());
  assert.ok(window.length > 200);
  const place = page.locator('.large-map .picker');
  await place.press('Home');
  await place.press('ArrowRight');
  await page.locator('.large-map figcaption').filter({ hasText: ', column 2:' }).waitFor();
}

/** "Why …?" leads to the explanations of the answer. */
async function askWhy(page: Page): Promise<void> {
  const answer = await page.locator('.bars .best').getAttribute('data-class');
  await page.getByRole('button', { name: `Why ${answer ?? ''}?` }).click();
  await page.locator('#panel:focus').waitFor();
  assert.equal(await page.locator('.classes .chosen .class').textContent(), answer);
  await page.locator('.reading[data-under]').waitFor();
  await page.locator('.saliency canvas').first().waitFor();
  assert.ok((await colours(page.locator('.saliency canvas').first())) > 20);
  await page.locator('.neighbours[data-done="40"] li:nth-child(12)').waitFor();
}

/** A step of training changes the filters that are drawn. */
async function train(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Train here' }).click();
  const filter = page.locator('.filters canvas').first();
  await filter.waitFor();
  const before = await drawn(filter);
  await page.getByRole('button', { name: 'One step' }).click();
  await page.locator('.progress[data-step="1"]').waitFor();
  await until(async () => (await drawn(filter)) !== before, 'the filters change');
}

/** Waves in three colours, 500 × 300 pixels: no two parts of it look alike. */
function photo(): Promise<Uint8Array> {
  const [width, height] = [500, 300];
  const data = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    for (let c = 0; c < 3; c++)
      data[i * 3 + c] = 127 + 120 * Math.sin((x * (c + 1)) / 70 + (y * (3 - c)) / 50);
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
