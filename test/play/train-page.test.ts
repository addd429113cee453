/** The tab "Train here", by what it draws. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { skipWithoutChromium } from '../browser/chromium';
import { seriousFindings } from './axe';
import { drawn, numberOf, type OpenPage, type Playground, until, writePlayground } from './playground';

/** Heights of a curve's points as they are drawn, from the bottom up. */
async function heights(page: Page, curve: string): Promise<number[]> {
  const path = (await page.locator(`.chart path.${curve}`).first().getAttribute('d')) ?? '';
  return [...path.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map(([, y]) => -Number(y));
}

const filter = '.filters canvas';

function trainUntil(page: Page, step: number): Promise<void> {
  return until(
    async () => (await numberOf(page.locator('.progress'), 'data-step')) >= step,
    `step ${step} is done`,
  );
}

describe('train here', { skip: skipWithoutChromium }, () => {
  let playground: Playground;
  let open: OpenPage;
  let atStart: string;

  before(async () => {
    playground = await writePlayground();
    open = await playground.open('train');
    await open.page.waitForSelector(filter);
    atStart = await drawn(open.page.locator(filter).first());
  });
  after(() => playground.close());

  test('one step is one step', async () => {
    const { page } = open;
    await page.getByRole('button', { name: 'One step' }).click();
    await page.waitForSelector('.progress[data-step="1"]');
    assert.equal((await heights(page, 'held-out')).length, 2);
  });

  test('training lowers the loss on the curve, filters and maps change; pausing stops it', async () => {
    const { page } = open;
    const map = page.locator('.learning-maps canvas').nth(1);
    const before = await drawn(map);
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await trainUntil(page, 60);
    await page.getByRole('button', { name: 'Pause' }).click();
    const step = await settled(page);
    const loss = await heights(page, 'training');
    assert.ok(loss.length > 4, `${loss.length} points`);
    const mean = (some: number[]): number => some.reduce((sum, each) => sum + each, 0) / some.length;
    assert.ok(mean(loss.slice(-3)) < loss[0], `drawn at ${loss.join(' ')}`);
    assert.notEqual(await drawn(page.locator(filter).first()), atStart);
    assert.notEqual(await drawn(map), before);
    await page.waitForTimeout(500);
    assert.equal(await numberOf(page.locator('.progress'), 'data-step'), step);
  });

  test('settings change while it trains, marked on both curves and in the table', async () => {
    const { page } = open;
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByLabel('Learning rate').selectOption('0.003');
    await page.getByLabel('Optimizer').selectOption('momentum');
    await page.getByLabel('Batch size').selectOption('8');
    assert.deepEqual(await page.locator('.chart.loss .change text').allTextContents(), [
      'learning rate 0.003',
      'SGD with momentum',
      'batches of 8',
    ]);
    assert.equal(await page.locator('.chart.accuracy .change').count(), 3);
    await trainUntil(page, (await numberOf(page.locator('.progress'), 'data-step')) + 10);
    await page.getByRole('button', { name: 'Pause' }).click();
    await settled(page);
    const table = page.locator('.chart.loss table');
    await page.getByText('Loss as numbers').click();
    assert.ok((await table.locator('tbody tr').count()) >= 2);
    assert.equal(await table.locator('tbody td:has-text("NaN")').count(), 0);
  });

  test('nothing serious for axe-core', async () => {
    assert.deepEqual(await seriousFindings(open.page), []);
  });

  test('the trained network is taken apart in the first tab', async () => {
    const { page } = open;
    await page.getByRole('button', { name: 'Take it apart under “Look”' }).click();
    await page.waitForSelector('.answer [data-probability]');
    const chosen = await page.locator('.network-choice option:checked').first().textContent();
    assert.match(chosen ?? '', /^LeNet-5 with ReLU, trained here for \d+ steps/);
    await page.getByRole('tab', { name: 'Train here' }).click();
  });

  test('the same seed starts from the same filters, another from others', async () => {
    const { page } = open;
    await page.getByRole('button', { name: 'Start again' }).click();
    await page.waitForSelector('.progress[data-step="0"]');
    await page.waitForSelector('.primary:not(:disabled)');
    assert.equal(await drawn(page.locator(filter).first()), atStart);
    assert.equal(await page.locator('.chart .change').count(), 0);
    await page.getByLabel('Seed').fill('7');
    await page.getByLabel('Seed').press('Enter');
    await until(
      async () => (await drawn(page.locator(filter).first())) !== atStart,
      'the filters are others',
    );
    assert.deepEqual(open.log, { errors: [], requests: [] });
  });
});

/** The step at which a paused training came to rest. */
async function settled(page: Page): Promise<number> {
  await page.waitForSelector('.primary:has-text("Train")');
  await page.waitForTimeout(300);
  return numberOf(page.locator('.progress'), 'data-step');
}
