/** The report as a person sees it, in a real browser, from disk and without a network. Screenshots go to outputs/screenshots. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { writeReport } from '../../lib/report';
import { outputsDir } from '../../lib/runtime/paths';
import { launch, type PageLog, skipWithoutChromium, watch } from '../browser/chromium';
import { writeCollection, writeRun } from './fixtures';

const screenshots = path.join(outputsDir, 'screenshots');
const desktop = { viewport: { width: 1280, height: 900 } };
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

describe('the report in Chromium', { skip: skipWithoutChromium }, () => {
  let outDir: string;
  let file: string;
  let browser: Browser;

  before(async () => {
    fs.mkdirSync(screenshots, { recursive: true });
    outDir = fs.mkdtempSync(path.join(os.tmpdir(), 'report-browser-'));
    const runsDir = path.join(outDir, 'runs');
    writeCollection(outDir, runsDir);
    file = await writeReport({ outDir, runsDir });
    browser = await launch();
  });
  after(async () => {
    await browser.close();
    fs.rmSync(outDir, { recursive: true, force: true });
  });

  async function open(options: BrowserContextOptions): Promise<{ page: Page; log: PageLog }> {
    const context = await browser.newContext({ offline: true, ...options });
    const page = await context.newPage();
    const log = watch(page);
    await page.goto(pathToFileURL(file).href);
    return { page, log };
  }

  for (const [name, options] of [
    ['desktop', { ...desktop, colorScheme: 'light' }],
    ['phone', { ...phone, colorScheme: 'dark' }],
  ] as const) {
    test(`${name}: every figure drawn in its box, nothing wider than the page, no error, no request`, async () => {
      const { page, log } = await open(options);
      const folded = page.locator('details:has(.figure)');
      assert.equal(await folded.count(), 3);
      // What is folded away is drawn when it is opened.
      for (const summary of await folded.locator('> summary').all()) await summary.click();
      const figures = await page.locator('.figure').count();
      assert.equal(figures, 13);
      await page.waitForFunction(allDrawn, figures, { timeout: 30_000 });
      assert.deepEqual(await page.evaluate(tooWide), []);
      assert.equal(await page.evaluate(pageWidth), options.viewport.width);
      assert.deepEqual(await page.evaluate(outOfReach), []);
      await page.screenshot({ path: path.join(screenshots, `report-${name}.png`), fullPage: true });
      assert.deepEqual(log, { errors: [], requests: [] });
      await page.context().close();
    });
  }

  test('turned from portrait to landscape, panels stand side by side again, and figures fill their boxes', async () => {
    const { page } = await open(phone);
    const curves = page.locator('.figure', { hasText: '6 networks' });
    const panels = async (): Promise<{ dx: number; dy: number }> => {
      const titles = curves.locator('.xtitle, .x2title');
      await titles.nth(1).waitFor();
      const [first, second] = await Promise.all([0, 1].map((i) => titles.nth(i).boundingBox()));
      return { dx: Math.abs(second!.x - first!.x), dy: Math.abs(second!.y - first!.y) };
    };
    const upright = await panels();
    assert.ok(upright.dx < 5 && upright.dy > 150, JSON.stringify(upright));
    await page.setViewportSize({ width: 900, height: 500 });
    await page.waitForFunction(sideBySide);
    const lying = await panels();
    assert.ok(lying.dx > 200 && lying.dy < 5, JSON.stringify(lying));
    assert.deepEqual(await page.evaluate(tooWide), []);
    await page.context().close();
  });

  test('a click on a heading sorts, numbers as numbers, and again turns it round; so does a key', async () => {
    const { page } = await open(desktop);
    const table = page.locator('#results-1 table').first();
    const column = async (index: number): Promise<string[]> =>
      table.locator(`tbody tr > :nth-child(${index})`).allInnerTexts();
    const heading = (name: string) => table.locator('thead th', { hasText: name });
    const order = async (name: string): Promise<string | null> => heading(name).getAttribute('aria-sort');

    assert.equal(await order('test accuracy'), 'descending');
    const before = await column(1);
    await heading('parameters').getByRole('button').click();
    assert.deepEqual([await order('parameters'), await order('test accuracy')], ['descending', 'none']);
    const falling = await column(5);
    assert.equal(falling.length, 8);
    // As text, 958,106 would stand before 62,006 and after 701,466.
    assert.deepEqual([falling[0], falling.at(-1)], ['958,106', '62,006']);
    await heading('parameters').getByRole('button').press('Enter');
    assert.equal(await order('parameters'), 'ascending');
    assert.deepEqual((await column(5))[0], '62,006');
    await heading('network').getByRole('button').click();
    assert.equal(await order('network'), 'ascending');
    const names = await column(1);
    assert.deepEqual([names[0], names.at(-1)], ['AlexNet8, width 0.25', 'VGG16, width 0.25']);
    assert.notDeepEqual(names, before);
    // Shares are decimals of different lengths, which sort otherwise as words.
    await heading('test accuracy').getByRole('button').click();
    assert.deepEqual(await column(1), before);

    // What is missing stays at the end, whichever way.
    const times = page.locator('#notebooks table').first();
    const last = times.locator('tbody tr').last();
    for (let i = 0; i < 2; i++) {
      await times.locator('thead th', { hasText: 'time' }).getByRole('button').click();
      assert.match(await last.innerText(), /05-resnet18/);
    }
    await page.context().close();
  });

  test('links lead to files and headings that are there, and nothing is linked that is not', async () => {
    const { page } = await open(desktop);
    const addresses = await page
      .locator('a')
      .evaluateAll((links) => links.map((link) => (link as unknown as { readonly href: string }).href));
    const files = addresses.filter((address) => !address.includes('#'));
    assert.equal(files.length, 4 + 6, 'four pages and six notebooks');
    for (const address of files) assert.ok(fs.existsSync(fileURLToPath(address)), address);
    for (const address of addresses.filter((each) => each.includes('#'))) {
      const id = new URL(address).hash.slice(1);
      assert.equal(await page.locator(`[id="${id}"]`).count(), 1, address);
    }
    await page.getByRole('link', { name: 'page' }).first().click();
    assert.equal(await page.locator('h1').innerText(), 'A page');
    await page.context().close();
  });

  test('files of runs that could not be read: seen without scrolling, and led to, on a phone too', async () => {
    const runsDir = path.join(outDir, 'damaged-runs');
    writeRun(runsDir, 'whole', { test: 0.5 });
    writeRun(runsDir, 'a-run-whose-name-is-as-long-as-names-of-studies-become-seed2', {});
    for (const name of fs.readdirSync(runsDir).filter((each) => each !== 'whole')) {
      fs.writeFileSync(path.join(runsDir, name, 'history.json'), '{');
    }
    const damaged = await writeReport({ outDir: path.join(outDir, 'damaged'), runsDir });
    for (const options of [desktop, phone]) {
      const { page } = await open(options);
      await page.goto(pathToFileURL(damaged).href);
      const notice = page.locator('.notice', { hasText: 'could not be read' });
      const { y, height } = (await notice.boundingBox())!;
      assert.ok(y + height < options.viewport.height, `${y + height}`);
      await notice.getByRole('link').click();
      const section = page.locator('#unread');
      assert.ok(await section.isVisible());
      assert.match(await section.innerText(), /history\.json is damaged: it is not JSON\./);
      assert.deepEqual(await page.evaluate(tooWide), []);
      await page.context().close();
    }
  });

  test('without scripts, and on paper, every figure is a picture', async () => {
    const still = await open({ ...desktop, javaScriptEnabled: false });
    const pictures = still.page.locator('#results-1 > .figure img, #results-1 > .figures img');
    assert.equal(await pictures.count(), 6);
    for (const picture of await pictures.all()) assert.ok(await picture.isVisible());
    await still.page.context().close();

    const { page } = await open(desktop);
    await page.locator('.figure.drawn').first().waitFor();
    await page.emulateMedia({ media: 'print' });
    assert.ok(await page.locator('.figure img').first().isVisible());
    assert.ok(!(await page.locator('.plot').first().isVisible()));
    await page.context().close();
  });
});

/* What follows runs in the page, whose DOM types are not the project's. */

interface Element {
  readonly className: unknown;
  readonly textContent: string;
  querySelector(selector: string): Element | null;
  closest(selector: string): Element | null;
  getBoundingClientRect(): {
    readonly width: number;
    readonly left: number;
    readonly right: number;
    readonly y: number;
  };
}

interface Document {
  querySelectorAll(selector: string): Iterable<Element>;
  readonly documentElement: { readonly clientWidth: number; readonly scrollWidth: number };
}

/** Whether as many figures as there are have been drawn, with something in them. */
function allDrawn(count: number): boolean {
  const { document } = globalThis as unknown as { document: Document };
  const plots = [...document.querySelectorAll('.js-plotly-plot')];
  const something = '.scatterlayer .points path, .scatterlayer .js-line';
  return plots.length === count && plots.every((plot) => plot.querySelector(something) !== null);
}

/** What stands out of its box, or of the page; tables scroll within theirs. */
function tooWide(): string[] {
  const { document } = globalThis as unknown as { document: Document };
  const { clientWidth } = document.documentElement;
  const outside = [...document.querySelectorAll('body *')].filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    // Plotly measures texts in a picture of its own, far outside.
    const scrolls = element.closest('.scroll, pre, .js-plotly-plot, #js-plotly-tester') !== null;
    return !scrolls && width > 0 && (right > clientWidth + 0.5 || left < -0.5);
  });
  // Names and numbers of a figure, too, which Plotly lets stand out of its axes.
  const texts = [...document.querySelectorAll('.js-plotly-plot text')].filter((text) => {
    const { left, right } = text.getBoundingClientRect();
    const box = text.closest('.figure')!.getBoundingClientRect();
    return right > box.right + 0.5 || left < box.left - 0.5;
  });
  return [...outside, ...texts].map(({ className, textContent }) => `${String(className)} ${textContent}`);
}

/** Tables whose last column cannot be scrolled into sight. */
function outOfReach(): string[] {
  const { document } = globalThis as unknown as { document: Document };
  const boxes = [...document.querySelectorAll('.scroll')] as Scroller[];
  return boxes.flatMap((box) => {
    box.scrollLeft = 1e6;
    const cell = box.querySelector('thead th:last-child')!.getBoundingClientRect();
    const isSeen = cell.right <= box.getBoundingClientRect().right + 0.5;
    box.scrollLeft = 0;
    return isSeen ? [] : [box.textContent.slice(0, 50)];
  });
}

interface Scroller extends Element {
  scrollLeft: number;
}

function pageWidth(): number {
  const { document } = globalThis as unknown as { document: Document };
  return document.documentElement.scrollWidth;
}

function sideBySide(): boolean {
  const { document } = globalThis as unknown as { document: Document };
  const titles = [...document.querySelectorAll('.xtitle, .x2title')];
  const first = titles.find(({ textContent }) => textContent === 'epoch');
  const second = titles.filter(({ textContent }) => textContent === 'epoch').at(1);
  return (
    first !== undefined &&
    second !== undefined &&
    Math.abs(first.getBoundingClientRect().y - second.getBoundingClientRect().y) < 5
  );
}
