/** The tab "Look" as a reader uses it, in Chromium, from disk: what is drawn, said, and reached by the keyboard alone. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { tf } from '../../lib/runtime/tensorflow';
import { skipWithoutChromium } from '../browser/chromium';
import { seriousFindings } from './axe';
import { drop, type LookPage, type Playground, probabilitiesOf, writePlayground } from './look-page';

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
    let opened: LookPage | undefined;
    try {
      opened = await playground.open(hash, options);
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
      const box = (await page.locator('.stage').boundingBox())!;
      await page.mouse.move(box.x + 40, box.y + 40);
      await page.mouse.down();
      await page.mouse.move(box.x + 260, box.y + 240, { steps: 5 });
      await page.mouse.up();
      const covered = await settled(page, first);
      assert.ok(distance(first, covered) > 1e-3, `${first.join()} and ${covered.join()}`);
      assert.deepEqual((await pixelAt(page.locator('.stage canvas'), 0.5, 0.5)).slice(0, 3), [128, 128, 128]);
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

  test('a PNG that is dropped is cropped by a frame that moves, and a broken one gets a sentence', async () => {
    await looking(async (page) => {
      const before = await probabilitiesOf(page);
      const halves = await redAndBlue();
      await drop(page, 'halves.png', 'image/png', halves);
      const cropped = await settled(page, before);
      assert.match((await page.locator('.image').textContent())!, /halves\.png/);
      const stage = page.locator('.stage canvas');
      assert.deepEqual((await pixelAt(stage, 0.25, 0.5)).slice(0, 3), [192, 0, 0]);
      assert.deepEqual((await pixelAt(stage, 0.75, 0.5)).slice(0, 3), [0, 0, 192]);
      const frame = (await page.locator('.crop .mark').boundingBox())!;
      await page.mouse.move(frame.x + frame.width / 2, frame.y + frame.height / 2);
      await page.mouse.down();
      await page.mouse.move(frame.x + frame.width * 2, frame.y + frame.height / 2, { steps: 4 });
      await page.mouse.up();
      const moved = await settled(page, cropped);
      assert.deepEqual((await pixelAt(stage, 0.25, 0.5)).slice(0, 3), [0, 0, 192]);
      await drop(page, 'broken.png', 'image/png', halves.subarray(0, 60));
      await page.getByRole('alert').filter({ hasText: 'broken.png can’t be read as a picture' }).waitFor();
      assert.deepEqual(await probabilitiesOf(page), moved);
      await drop(page, 'notes.txt', 'text/plain', Buffer.from('no picture'));
      await page.getByRole('alert').filter({ hasText: 'Choose a PNG, JPEG or WebP' }).waitFor();
    });
  });

  test('a drawing is painted with the brush, and undone', async () => {
    await looking(async (page) => {
      const before = await probabilitiesOf(page);
      await page.getByRole('button', { name: 'Draw', exact: true }).click();
      const blank = await settled(page, before);
      const box = (await page.locator('.stage').boundingBox())!;
      await page.mouse.move(box.x + 60, box.y + 160);
      await page.mouse.down();
      await page.mouse.move(box.x + 260, box.y + 160, { steps: 8 });
      await page.mouse.up();
      const drawn = await settled(page, blank);
      const [red] = await pixelAt(page.locator('.stage canvas'), 0.5, 0.5);
      assert.ok(red < 60, `${red}`);
      await page.getByRole('button', { name: 'Undo' }).click();
      assert.ok(distance(blank, await settled(page, drawn)) < 1e-6);
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
      assert.ok(await isPainted(page.locator('[data-group="stem_conv"] canvas')));
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
      await page.locator('.units .picker').press('Enter');
      await page.locator('[data-step="softmax"]').waitFor();
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

/** A PNG of 400 × 200 pixels, red on the left and blue on the right. */
async function redAndBlue(): Promise<Uint8Array> {
  const tensor = tf.tidy(() => {
    const half = (colour: number[]): tf.Tensor3D =>
      tf.tile(tf.tensor3d(colour, [1, 1, 3], 'int32'), [200, 200, 1]);
    return tf.concat3d([half([192, 0, 0]), half([0, 0, 192])], 1);
  });
  try {
    return await tf.node.encodePng(tensor);
  } finally {
    tensor.dispose();
  }
}

/** The probabilities after they have changed and stand still. */
async function settled(page: Page, before: readonly number[], place = 0): Promise<number[]> {
  for (let tries = 0; tries < 100; tries++) {
    const now = await probabilitiesOf(page, place);
    if (distance(before, now) > 0) {
      await page.waitForTimeout(150);
      const later = await probabilitiesOf(page, place);
      if (distance(now, later) === 0) return now;
    }
    await page.waitForTimeout(50);
  }
  throw new Error(`The probabilities stay ${before.join(', ')}.`);
}

function distance(one: readonly number[], other: readonly number[]): number {
  return Math.max(...one.map((value, i) => Math.abs(value - other[i])));
}

async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    if ((await page.locator(`:focus`).and(page.locator(selector)).count()) > 0) return;
  }
  throw new Error(`The Tab key doesn't reach ${selector}.`);
}

/** Red, green, blue and alpha of a canvas, at shares of its width and height. */
function pixelAt(canvas: Locator, x: number, y: number): Promise<number[]> {
  return canvas.evaluate(
    (element, [across, down]) => {
      const canvasElement = element as unknown as Canvas;
      const { width, height } = canvasElement;
      const context = canvasElement.getContext('2d');
      return Array.from(
        context.getImageData(Math.floor(width * across), Math.floor(height * down), 1, 1).data,
      );
    },
    [x, y] as const,
  );
}

/** Whether there is more than one colour on a canvas. */
async function isPainted(canvas: Locator): Promise<boolean> {
  for (let tries = 0; tries < 40; tries++) {
    const colours = await canvas.evaluate((element) => {
      const canvasElement = element as unknown as Canvas;
      const { width, height } = canvasElement;
      const { data } = canvasElement.getContext('2d').getImageData(0, 0, width, height);
      const found = new Set<number>();
      for (let i = 0; i < data.length; i += 4) found.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
      return found.size;
    });
    if (colours > 8) return true;
    await canvas.page().waitForTimeout(50);
  }
  return false;
}

function numberIn(text: string): number {
  return Number(
    text
      .replace(/−\s*/, '-')
      .replace(/[,+\s]/g, '')
      .match(/^-?[\d.]+/)?.[0],
  );
}

/* What runs in the page, whose DOM types are not the project's. */

interface PageElement {
  getAttribute(name: string): string | null;
  getBoundingClientRect(): {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
  };
}
