/**
 * Every notebook of the collection, run once in its smallest profile and looked at in a real browser: as a page, from
 * disk and without a network, and some as JupyterLab shows them. Pictures go to outputs/screenshots.
 */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { listNotebooks, readNotebook } from '../../lib/notebooks/notebook';
import { exportPage } from '../../lib/notebooks/page';
import { runNotebook } from '../../lib/notebooks/run';
import { outputsDir } from '../../lib/runtime/paths';
import { playgroundOutput, playgroundType } from '../../lib/show/playground';
import { rich, writeExecuted } from '../export/fixtures';
import { formulasOf } from '../notebooks/formulas';
import { unnamedOutputs } from '../notebooks/naming';
import { launch, playgroundAnswers, skipWithoutChromium, watch } from './chromium';
import { Lab, type Theme } from './lab';

const screenshots = path.join(outputsDir, 'screenshots');
/** Pictures of a notebook's outputs; JupyterLab's Plotly extension keeps a place for one of its own, which stays empty. */
const outputPictures = '.jp-OutputArea-output img:not(.plot-img)';
const plotlyType = 'application/vnd.plotly.v1+json';

interface Executed {
  readonly cells: readonly {
    readonly source: readonly string[];
    readonly outputs?: readonly { readonly data?: Readonly<Record<string, unknown>> }[];
  }[];
}

/** Lessons that are looked at in JupyterLab as well, each in one of its themes. */
const inLab: Readonly<Record<string, Theme>> = {
  '03-alexnet8': 'dark',
  '10-backprop': 'light',
};
/** The lesson on whose page the playground is opened. */
const takenApart = '02-lenet5';

describe('the collection', () => {
  let folder: string;
  let browser: Browser | undefined;

  before(async () => {
    fs.mkdirSync(screenshots, { recursive: true });
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'collection-'));
    if (skipWithoutChromium === false) browser = await launch();
  });
  after(async () => {
    await browser?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  for (const file of listNotebooks()) {
    const name = path.basename(file, '.ipynb');
    const executed = (): string => path.join(folder, `${name}.ipynb`);

    test(`${name} runs from its first cell to its last, under 1 MB, and names its data`, async () => {
      const { failure } = await runNotebook(file, {
        outDir: folder,
        parameters: { profile: 'tiny' },
        // Runs of its own: one that was kept from before would be loaded, not trained.
        environment: {
          DATA_SOURCE: 'sample',
          RUNS_DIR: path.join(folder, 'runs'),
          PLAY_DIR: path.join(folder, 'play'),
        },
      });
      assert.equal(failure, undefined);
      const { size } = fs.statSync(executed());
      assert.ok(size < 1e6, `${size} bytes`);
      assert.match(fs.readFileSync(executed(), 'utf8'), /built-in sample/);
      assert.deepEqual(
        unnamedOutputs(executed(), 'built-in sample'),
        [],
        'shown without the name of its data',
      );
    });

    test(
      `${name} as a page: all figures and pictures drawn, and nothing asked of the network`,
      { skip: skipWithoutChromium },
      async () => {
        assert.ok(fs.existsSync(executed()), 'it did not run');
        const page = await exportPage(executed(), folder);
        await looksWhole(browser!, page, name, executed());
      },
    );
  }

  test(
    'some of them in JupyterLab, not trusted, light and dark: the same drawn, and nothing asked of the network',
    { skip: skipWithoutChromium },
    async () => {
      const files = Object.keys(inLab).map((name) => path.join(folder, `${name}.ipynb`));
      const hostile = writeHostile(folder);
      const lab = await Lab.start([...files, hostile], [path.join(folder, 'play')]);
      try {
        for (const file of files) await looksWholeInLab(browser!, lab, file);
        await keepsOut(browser!, lab, hostile);
      } finally {
        await lab.stop();
      }
    },
  );
});

/** The outputs of an executed notebook, each in its forms. */
function readOutputs(file: string): Readonly<Record<string, unknown>>[] {
  const { cells } = JSON.parse(fs.readFileSync(file, 'utf8')) as Executed;
  return cells.flatMap(({ outputs = [] }) => outputs.flatMap(({ data }) => (data ? [data] : [])));
}

async function looksWhole(browser: Browser, file: string, name: string, executed: string): Promise<void> {
  const context = await browser.newContext({ offline: true, viewport: { width: 1200, height: 900 } });
  try {
    const page = await context.newPage();
    const log = watch(page);
    await page.goto(pathToFileURL(file).href);
    await showsAll(page, readOutputs(executed));
    await laysOutFormulas(page, executed, '.katex');
    const { wide } = await inspectPage(page);
    assert.deepEqual(wide, [], 'outputs wider than the page');
    assert.deepEqual(await deadLinks(page, path.dirname(file)), [], 'links that lead nowhere');
    await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });
    if (name === takenApart) {
      await page.locator('.playground a img').click();
      await playgroundAnswers(page.locator('.playground iframe'));
    }
    assert.deepEqual(log, { errors: [], requests: [] });
  } finally {
    await context.close();
  }
}

/** Links of a page to places that it does not have, and to files that are neither there nor the page of a lesson. */
async function deadLinks(page: Page, folder: string): Promise<string[]> {
  const links = await page.evaluate<{ href: string; leads: boolean }[]>(`
    [...document.querySelectorAll('a[href]')].map((link) => {
      const href = link.getAttribute('href');
      return { href, leads: href.startsWith('#') && document.getElementById(decodeURIComponent(href.slice(1))) !== null };
    })`);
  assert.ok(links.length > 10);
  const lessons = new Set(listNotebooks().map((file) => `${path.basename(file, '.ipynb')}.html`));
  return links
    .filter(({ href, leads }) => !leads && !/^https?:/.test(href) && !lessons.has(href))
    .map(({ href }) => href)
    .filter((href) => !fs.existsSync(path.join(folder, href)));
}

/** A notebook that says of a page which is not ours that it is the playground. */
function writeHostile(folder: string): string {
  const page = path.join(folder, 'play', 'hostile.html');
  fs.mkdirSync(path.dirname(page), { recursive: true });
  fs.writeFileSync(
    page,
    `<p></p><script>
const server = new URL(location.pathname).origin;
const attempts = [
  () => fetch(server + '/static/favicons/favicon.ico', { mode: 'no-cors' }),
  async () => top.document.title,
  async () => localStorage.length,
];
Promise.allSettled(attempts.map((attempt) => attempt())).then((ends) => {
  document.querySelector('p').textContent = ends.map(({ status }) => status).join(' ');
});
</script>`,
  );
  const shown = { file: 'play/hostile.html', hash: '', title: 'hostile', height: 300, still: undefined };
  return writeExecuted(folder, 'hostile', [rich(playgroundOutput({ ...shown, path: page }))]);
}

/** JupyterLab shows the page, but lets it reach nothing. */
async function keepsOut(browser: Browser, lab: Lab, hostile: string): Promise<void> {
  const opened = await lab.open(browser, hostile);
  try {
    const said = opened.page.locator('.jp-OutputArea-output iframe').contentFrame().locator('p');
    await said.getByText('rejected rejected rejected').waitFor({ timeout: 60_000 });
  } finally {
    await opened.close();
  }
}

async function looksWholeInLab(browser: Browser, lab: Lab, file: string): Promise<void> {
  const name = path.basename(file, '.ipynb');
  const theme = inLab[name];
  const lesson = await lab.open(browser, file, theme);
  try {
    await showTall(lesson.page);
    const outputs = readOutputs(file);
    await showsAll(
      lesson.page,
      outputs.filter((data) => !(playgroundType in data)),
    );
    for (const index of playgrounds(file)) await lesson.playgroundAnswers(index);
    await laysOutFormulas(lesson.page, file, 'mjx-container');
    // All cells are there by now.
    await showTall(lesson.page);
    await lesson.page.screenshot({ path: path.join(screenshots, `lab-${theme}-${name}.png`) });
    assert.deepEqual(lesson.log, { errors: [], requests: [] });
  } finally {
    await lesson.close();
  }
}

/** The cells of an executed notebook that show the playground. */
function playgrounds(file: string): number[] {
  const { cells } = JSON.parse(fs.readFileSync(file, 'utf8')) as Executed;
  return cells.flatMap(({ outputs = [] }, index) =>
    outputs.some(({ data = {} }) => playgroundType in data) ? [index] : [],
  );
}

/** Makes the window so high that it shows all of the notebook at once: what is out of sight is not always drawn. */
async function showTall(page: Page): Promise<void> {
  const panel = page.locator('.jp-WindowedPanel-outer').first();
  const height = await panel.evaluate((element) => (element as { scrollHeight: number }).scrollHeight);
  await page.setViewportSize({ width: 1300, height: Math.min(height + 200, 16_000) });
}

/** Every figure is drawn, every picture loaded, every table there. */
async function showsAll(page: Page, outputs: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  const figures = outputs.filter((data) => plotlyType in data).length;
  await page.waitForFunction(drawn, figures, { timeout: 60_000 });
  const html = outputs.filter((data) => !(plotlyType in data)).map((data) => textOf(data['text/html']));
  const count = (tag: string): number => html.reduce((sum, text) => sum + text.split(tag).length - 1, 0);
  // JupyterLab puts cells into the page bit by bit.
  const wanted = { selector: outputPictures, pictures: count('<img '), tables: count('<table') };
  await page.waitForFunction(arrived, wanted, { timeout: 60_000 });
  const { loaded, broken, tables } = await inspectPage(page);
  assert.deepEqual(broken, [], 'pictures that cannot be shown');
  assert.ok(loaded >= count('<img '), `${loaded} of ${count('<img ')} pictures`);
  assert.equal(tables, count('<table'), 'tables');
}

/** Every formula of the prose has become an element, and none is left as it was written. */
async function laysOutFormulas(page: Page, file: string, element: string): Promise<void> {
  const wanted = { selector: `.jp-MarkdownCell ${element}`, count: formulasOf(readNotebook(file)).length };
  await page.waitForFunction(
    ({ selector, count }) => {
      const { document } = globalThis as unknown as { document: Document };
      return [...document.querySelectorAll(selector)].length === count;
    },
    wanted,
    { timeout: 30_000 },
  );
}

/** nbformat writes long texts as lists of lines. */
function textOf(content: unknown): string {
  return Array.isArray(content) ? content.join('') : typeof content === 'string' ? content : '';
}

interface Seen {
  loaded: number;
  broken: string[];
  tables: number;
  wide: string[];
}

/* What follows runs in the page, whose DOM types are not the project's. */

interface Element {
  readonly alt: string;
  readonly outerHTML: string;
  readonly naturalWidth: number;
  readonly complete: boolean;
  readonly className: string;
  querySelector(selector: string): Element | null;
  getBoundingClientRect(): { readonly width: number; readonly right: number };
}

interface Document {
  querySelectorAll(selector: string): Iterable<Element>;
  readonly documentElement: { readonly clientWidth: number };
}

/** Whether as many figures as there are have been drawn, with something in them. */
function drawn(count: number): boolean {
  const { document } = globalThis as unknown as { document: Document };
  const plots = [...document.querySelectorAll('.js-plotly-plot')];
  const something = '.scatterlayer .trace, .heatmaplayer image, .barlayer .point, .scatterlayer .points';
  return plots.length === count && plots.every((plot) => plot.querySelector(something) !== null);
}

/** Whether all pictures and tables have come, and no picture is on its way any more. */
function arrived(wanted: { selector: string; pictures: number; tables: number }): boolean {
  const { document } = globalThis as unknown as { document: Document };
  const pictures = [...document.querySelectorAll(wanted.selector)];
  const tables = [...document.querySelectorAll('.jp-OutputArea-output table')];
  const isThere = pictures.length >= wanted.pictures && tables.length >= wanted.tables;
  return isThere && pictures.every(({ complete }) => complete);
}

async function inspectPage(page: Page): Promise<Seen> {
  return page.evaluate((pictures) => {
    const { document } = globalThis as unknown as { document: Document };
    const images = [...document.querySelectorAll(pictures)];
    const { clientWidth } = document.documentElement;
    const tables = [...document.querySelectorAll('.jp-OutputArea-output table')];
    const outputs = [...document.querySelectorAll('.jp-OutputArea-output table, .js-plotly-plot, img')];
    return {
      loaded: images.filter((image) => image.naturalWidth > 0).length,
      broken: images
        .filter((image) => image.naturalWidth === 0)
        .map((image) => image.outerHTML.slice(0, 200)),
      tables: tables.length,
      wide: outputs
        .filter((output) => output.getBoundingClientRect().right > clientWidth)
        .map((output) => `${output.className} ${output.alt}`),
    };
  }, outputPictures);
}
