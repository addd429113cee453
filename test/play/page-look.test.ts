/** The tab "Look" as a reader uses it, in Chromium, from disk: what is drawn, said, and reached by the keyboard alone. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { skipWithoutChromium } from '../browser/chromium';
import { seriousFindings } from './axe';
import {
  changedProbabilities as settled,
  colours,
  distance,
  drag,
  type OpenPage,
  type PageElement,
  pixelAt,
  type Playground,
  probabilitiesOf,
  until,
  writePlayground,
} from './playground';

describe('the tab "Look"', { skip: skipWithoutChromium }, () => {
  let playground: Playground;

  before(async () => {
    playground = await writePlayground();
  });
  after(async () => {
    await playground.close();
  });

  /** Opens the page, and expects no error and no request of it. */
  async function looking(
    act: (page: Page) => Promise<void>,
    hash = 'look/baseline',
    options: Parameters<Playground['open']>[1] = {},
  ): Promise<void> {
    let opened: OpenPage | undefined;
    try {
      opened = await playground.open(hash, options);
      await probabilitiesOf(opened.page);
      await act(opened.page);
      assert.deepEqual(opened.log, { errors: [], requests: [] });
    } finally {
      await opened?.close();
    }
  }

  test('the answer is said; covering a part of the picture changes it, and Reset brings it back', async () => {
    await looking(async (page) => {
      const first = await probabilitiesOf(page);
      assert.ok(Math.abs(first.reduce((sum, share) => sum + share, 0) - 1) < 1e-4, String(first));
      const said = page.locator('[aria-live][data-answer="0"]').filter({ hasText: /^\S+, \d+ %$/ });
      await said.waitFor({ state: 'attached' });
      await page.getByRole('button', { name: 'Cover', exact: true }).click();
      await drag(page.locator('.stage'), [
        [0.1, 0.1],
        [0.8, 0.75],
      ]);
      const covered = await settled(page, first);
      assert.ok(distance(first, covered) > 1e-3, `${first.join()} and ${covered.join()}`);
      assert.deepEqual(await pixelAt(page.locator('.stage canvas'), 0.5, 0.5), [128, 128, 128]);
      await page.getByRole('button', { name: 'Reset' }).click();
      assert.ok(distance(first, await settled(page, covered)) < 1e-6);
    });
  });

  test('turn, light, contrast, blur and mirror each change the answer', async () => {
    await looking(async (page) => {
      let before = await probabilitiesOf(page);
      for (const name of ['Turn', 'Brightness', 'Contrast', 'Blur']) {
        await page.getByRole('slider', { name, exact: true }).press('PageUp');
        before = await settled(page, before);
      }
      await page.getByRole('button', { name: 'Mirror' }).click();
      await settled(page, before);
    });
  });

  test('branches are drawn beside one another, and each box holds maps', async () => {
    await looking(async (page) => {
      const boxes = page.locator('[data-group]');
      const all = await boxes.evaluateAll((elements) =>
        (elements as unknown as PageElement[]).map((element) => {
          const { left, top, width, height } = element.getBoundingClientRect();
          return {
            name: element.getAttribute('data-group') ?? '',
            left,
            top,
            right: left + width,
            bottom: top + height,
          };
        }),
      );
      assert.ok(all.length > 20, `${all.length} boxes`);
      const overlapping = all.flatMap((one, i) =>
        all
          .slice(i + 1)
          .filter(
            ({ left, right, top, bottom }) =>
              one.left < right && left < one.right && one.top < bottom && top < one.bottom,
          )
          .map(({ name }) => `${one.name} and ${name}`),
      );
      assert.deepEqual(overlapping, []);
      const branches = all.filter(
        ({ left }) => left === all.find(({ name }) => name === 'block1_1x1_conv')!.left,
      );
      assert.equal(branches.length, 4);
      await page.locator('[data-group="stem_conv"]').scrollIntoViewIfNeeded();
      const maps = page.locator('[data-group="stem_conv"] canvas');
      await until(async () => (await colours(maps)) > 8, 'the maps are drawn');
    }, 'look/inception10');
  });

  test('by the keyboard alone: from the network to a layer, a map, its window, and back', async () => {
    await looking(async (page) => {
      await tabTo(page, '[data-group]');
      await page.keyboard.press('ArrowRight');
      assert.equal(await page.locator(':focus').getAttribute('data-group'), 'conv');
      await page.keyboard.press('Enter');
      await page.locator('#layer-title:focus').waitFor();
      await tabTo(page, '.map');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await page.locator('#inspector-title:focus').waitFor();
      await page.locator('[data-step="weighted-sum"]').waitFor();
      await tabTo(page, '.large-map .picker');
      const place = page.locator('.large-map .picker');
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      assert.match((await place.getAttribute('aria-valuetext'))!, /column 2:/);
      await page.keyboard.press('ArrowRight');
      assert.match((await place.getAttribute('aria-valuetext'))!, /column 3:/);
      await page.keyboard.press('Escape');
      await page.locator('.map:focus').waitFor();
      await page.keyboard.press('Escape');
      await page.locator('[data-group="conv"]:focus').waitFor();
    });
  });

  test('the inspector adds up: products to sums, sums and bias to the value, step by step', async () => {
    await looking(async (page) => {
      await page.locator('[data-group="conv"]').click();
      await page.locator('.map').nth(1).click();
      await page.locator('[data-step="activation"]').waitFor();
      assert.deepEqual(
        await page
          .locator('.step')
          .evaluateAll((steps) =>
            (steps as unknown as PageElement[]).map((step) => step.getAttribute('data-step')),
          ),
        ['weighted-sum', 'normalisation', 'activation'],
      );
      const outcomes = (await page.locator('.outcome').allTextContents()).map(numberIn);
      const terms = (await page.locator('.equation .term').allTextContents()).map(numberIn);
      const sum = terms.reduce((total, term) => total + term, 0);
      assert.ok(Math.abs(sum - outcomes[0]) < 0.03, `${terms.join(' + ')} is not ${outcomes[0]}`);
      const products = (
        await page.locator('.window-row').first().locator('table').nth(2).locator('td').allTextContents()
      ).map(numberIn);
      const shown = numberIn(
        (await page.locator('.window-row').first().locator('.sum').textContent())!.replace('sum', ''),
      );
      assert.ok(Math.abs(products.reduce((total, each) => total + each, 0) - shown) < 0.15);
      assert.equal(outcomes[2], numberIn((await page.locator('.large-map .value').textContent())!));
      // The window slides by itself until it is stopped.
      const before = await page.locator('.large-map .picker').getAttribute('aria-valuenow');
      await page.getByRole('button', { name: 'Slide' }).click();
      await page.locator(`.large-map .picker:not([aria-valuenow="${before}"])`).waitFor();
      await page.getByRole('button', { name: 'Pause' }).click();
    });
  });

  test('softmax and pools are taken apart, too', async () => {
    await looking(async (page) => {
      await page.locator('[data-group="pool"]').click();
      await page.locator('.map').first().click();
      await page.locator('[data-step="maximum"] .highlighted').waitFor();
      await page.getByRole('button', { name: 'How is it computed?' }).click();
      await page.locator('[data-step="softmax"]').waitFor();
      // It is the answer's arithmetic.
      const answer = (await page.locator('.bars .best').getAttribute('data-class'))!;
      assert.match((await page.locator('#inspector-title').textContent())!, new RegExp(`^${answer} `));
      assert.equal(await page.locator('[data-step="softmax"] tbody tr').count(), 10);
    });
  });

  test('two networks side by side on the same picture; the address holds both', async () => {
    await looking(async (page) => {
      await page.getByRole('button', { name: 'Compare with another' }).click();
      await page.locator('.answer').nth(1).locator('[data-probability]').first().waitFor();
      assert.equal(await page.locator('.one-network').count(), 2);
      const [one, other] = [await probabilitiesOf(page, 0), await probabilitiesOf(page, 1)];
      assert.ok(distance(one, other) > 1e-3);
      assert.match(page.url(), /#look\/baseline\+inception10$/);
      await page.getByRole('button', { name: 'Mirror' }).click();
      await settled(page, one, 0);
      await settled(page, other, 1);
    });
  });

  test('the address leads back to the picture, the layer and the number', async () => {
    await looking(async (page) => {
      const before = await probabilitiesOf(page);
      await page.locator('.strip li button').nth(2).click();
      const looked = await settled(page, before);
      await page.locator('[data-group="conv"]').click();
      await page.locator('.map').nth(1).click();
      const value = await page.locator('.large-map .value').textContent();
      await until(
        () => Promise.resolve(/#look\/baseline\?picture=3&layer=\w+&unit=2\.\d+\.\d+$/.test(page.url())),
        'the address holds it',
      );
      await page.reload();
      await page.locator('[data-step="weighted-sum"]').waitFor();
      assert.ok(distance(looked, await probabilitiesOf(page)) < 1e-6);
      assert.equal(await page.locator('.large-map .value').textContent(), value);
      assert.equal(await page.locator('.strip li button').nth(2).getAttribute('aria-pressed'), 'true');
    });
  });

  test('what is wider than the page says so, and a button leads on', async () => {
    await looking(
      async (page) => {
        const picture = page.locator('.pictures-of-networks .sideways');
        await page.locator('.pictures-of-networks .sideways.more-after').waitFor();
        await picture.locator('.onward.after').click();
        await page.locator('.pictures-of-networks .sideways.more-before').waitFor();
        const row = page.locator('.strip .sideways');
        assert.match((await row.getAttribute('class'))!, /more-after/);
        await page.setViewportSize({ width: 360, height: 800 });
        // Top down, the network fits.
        await page.locator('.pictures-of-networks .sideways:not(.more-after, .more-before)').waitFor();
      },
      'look/inception10',
      { viewport: { width: 800, height: 900 } },
    );
  });

  test('axe finds nothing serious with the inspector open, on a phone and on a desk, light and dark', async () => {
    await looking(async (page) => {
      await page.locator('[data-group="conv"]').click();
      await page.locator('.map').first().click();
      await page.locator('.step').first().waitFor();
      for (const width of [360, 1600]) {
        await page.setViewportSize({ width, height: 900 });
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await page.waitForTimeout(200);
          const needed = await page.evaluate<number>('document.documentElement.scrollWidth');
          assert.ok(needed <= width, `${needed} pixels in ${width}`);
          assert.deepEqual(await seriousFindings(page), [], `${width} pixels, ${colorScheme}`);
        }
      }
    });
  });
});

async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    if ((await page.locator(`:focus`).and(page.locator(selector)).count()) > 0) return;
  }
  throw new Error(`The Tab key doesn't reach ${selector}.`);
}

function numberIn(text: string): number {
  return Number(
    text
      .replace(/−\s*/, '-')
      .replace(/[,+\s]/g, '')
      .match(/^-?[\d.]+/)?.[0],
  );
}
