/**
 * Every notebook of the collection, run once in its smallest profile and looked at as a page in a real browser, from
 * disk and without a network. Pictures of the pages go to outputs/screenshots.
 */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { listNotebooks } from '../../lib/notebooks/notebook';
import { exportPage } from '../../lib/notebooks/page';
import { runNotebook } from '../../lib/notebooks/run';
import { outputsDir } from '../../lib/runtime/paths';
import { unnamedOutputs } from '../notebooks/naming';
import { launch, skipWithoutChromium, watch } from './chromium';

const screenshots = path.join(outputsDir, 'screenshots');
const plotlyType = 'application/vnd.plotly.v1+json';

interface Executed {
  readonly cells: readonly {
    readonly source: readonly string[];
    readonly outputs?: readonly { readonly data?: Readonly<Record<string, unknown>> }[];
  }[];
}

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
        environment: { DATA_SOURCE: 'sample', RUNS_DIR: path.join(folder, 'runs') },
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
        await looksWhole(browser!, page, name, readOutputs(executed()));
      },
    );
  }
});

/** The outputs of an executed notebook, each in its forms. */
function readOutputs(file: string): Readonly<Record<string, unknown>>[] {
  const { cells } = JSON.parse(fs.readFileSync(file, 'utf8')) as Executed;
  return cells.flatMap(({ outputs = [] }) => outputs.flatMap(({ data }) => (data ? [data] : [])));
}

async function looksWhole(
  browser: Browser,
  file: string,
  name: string,
  outputs: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const context = await browser.newContext({ offline: true, viewport: { width: 1200, height: 900 } });
  try {
    const page = await context.newPage();
    const log = watch(page);
    await page.goto(pathToFileURL(file).href);
    const figures = outputs.filter((data) => plotlyType in data).length;
    if (figures > 0) await page.locator('.js-plotly-plot svg.main-svg').first().waitFor({ timeout: 30_000 });
    await page.waitForFunction(drawn, figures, { timeout: 30_000 });
    const pictures = outputs
      .filter((data) => !(plotlyType in data))
      .reduce((sum, data) => sum + textOf(data['text/html']).split('<img ').length - 1, 0);
    const { loaded, broken, wide } = await inspectPage(page);
    assert.deepEqual(broken, [], 'pictures that cannot be shown');
    assert.ok(loaded >= pictures, `${loaded} of ${pictures} pictures`);
    assert.deepEqual(wide, [], 'outputs wider than the page');
    await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });
    assert.deepEqual(log, { errors: [], requests: [] });
  } finally {
    await context.close();
  }
}

/** nbformat writes long texts as lists of lines. */
function textOf(content: unknown): string {
  return Array.isArray(content) ? content.join('') : typeof content === 'string' ? content : '';
}

interface Seen {
  loaded: number;
  broken: string[];
  wide: string[];
}

/* What follows runs in the page, whose DOM types are not the project's. */

interface Element {
  readonly alt: string;
  readonly naturalWidth: number;
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

async function inspectPage(page: Page): Promise<Seen> {
  return page.evaluate(() => {
    const { document } = globalThis as unknown as { document: Document };
    const images = [...document.querySelectorAll('img')];
    const { clientWidth } = document.documentElement;
    const outputs = [...document.querySelectorAll('.jp-OutputArea-output table, .js-plotly-plot, img')];
    return {
      loaded: images.filter((image) => image.naturalWidth > 0).length,
      broken: images.filter((image) => image.naturalWidth === 0).map((image) => image.alt),
      wide: outputs
        .filter((output) => output.getBoundingClientRect().right > clientWidth)
        .map((output) => `${output.className} ${output.alt}`),
    };
  });
}
