/**
 * The Baseline notebook as a person sees it, in a real browser: the exported page from disk without a network,
 * and JupyterLab, before a cell is run and after. Screenshots go to outputs/screenshots.
 */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { exportPage } from '../../lib/notebooks/page';
import { runNotebook } from '../../lib/notebooks/run';
import { notebooksDir, outputsDir } from '../../lib/runtime/paths';
import { launch, skipWithoutChromium, watch } from './chromium';
import { Lab } from './lab';

const screenshots = path.join(outputsDir, 'screenshots');

describe('the Baseline notebook in Chromium', { skip: skipWithoutChromium }, () => {
  let folder: string;
  let executed: string;
  let browser: Browser;

  before(async () => {
    fs.mkdirSync(screenshots, { recursive: true });
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'browser-'));
    const { output, failure } = await runNotebook(path.join(notebooksDir, '01-baseline.ipynb'), {
      outDir: folder,
      parameters: { profile: 'tiny' },
      environment: { DATA_SOURCE: 'sample' },
    });
    assert.equal(failure, undefined);
    executed = output;
    browser = await launch();
  });
  after(async () => {
    await browser.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test('the exported page shows every figure, interactive, with no network', async () => {
    const file = await exportPage(executed, folder);
    const context = await browser.newContext({ offline: true, viewport: { width: 1200, height: 900 } });
    const page = await context.newPage();
    const log = watch(page);
    await page.goto(pathToFileURL(file).href);
    await showsEverything(page.locator('body'));
    await page.screenshot({ path: path.join(screenshots, 'page.png'), fullPage: true });
    assert.deepEqual(log, { errors: [], requests: [] });
    await context.close();
  });

  test('JupyterLab shows the same before a cell is run, not trusted, and after', async () => {
    const lab = await Lab.start(executed);
    try {
      const page = await browser.newPage({ viewport: { width: 1300, height: 1000 } });
      await page.goto(lab.address(executed));
      const cells = page.locator('.jp-Notebook');
      await cells.waitFor({ timeout: 60_000 });
      await page.getByText('TypeScript (tslab, CIFAR-10)').first().waitFor();
      await showsInLab(page, cells, 'lab-before');

      await page.locator('.jp-Notebook .jp-Cell').first().click();
      await page.getByText('Run', { exact: true }).click();
      await page.getByText('Run All Cells', { exact: true }).click();
      const done = cells.locator('.jp-InputArea-prompt', { hasText: /\[\*\]/ });
      await page.waitForTimeout(1000);
      await done.first().waitFor({ state: 'detached', timeout: 120_000 });
      assert.equal(await cells.getByText(/Error/).count(), 0);
      await showsInLab(page, cells, 'lab-after');
    } finally {
      await lab.stop();
    }
  });
});

/** Columns of the tables to be seen: the summary's and the networks', the epochs', the classes'. Image grids are tables too. */
const tableColumns = ['parameters', 'valAccuracy', 'recall'];

function tableWith(column: string): string {
  return `table:has(th:text-is("${column}"))`;
}

/** Curve, matrix and tables are drawn, and the data source is named. */
async function showsEverything(scope: Locator): Promise<void> {
  const plots = scope.locator('.js-plotly-plot');
  await plots.first().locator('svg.main-svg').first().waitFor({ timeout: 30_000 });
  assert.ok((await plots.count()) >= 2, `${await plots.count()} figures`);
  assert.ok((await scope.locator('.js-plotly-plot .heatmaplayer image').count()) >= 1, 'no confusion matrix');
  assert.ok((await scope.locator('.js-plotly-plot .scatterlayer .trace').count()) >= 2, 'no curves');
  for (const column of tableColumns) {
    assert.ok((await scope.locator(tableWith(column)).count()) >= 1, `no table with ${column}`);
  }
  assert.ok((await scope.getByText('built-in sample').count()) >= 1, 'the data are not named');
}

/** Lab draws the cells near the window only: goes down the notebook, and takes a picture of each thing it meets. */
async function showsInLab(page: Page, notebook: Locator, name: string): Promise<void> {
  const wanted = new Map([
    ['images', 'img[src^="data:image/png"]'],
    ['curves', '.js-plotly-plot .scatterlayer .trace'],
    ['matrix', '.js-plotly-plot .heatmaplayer image'],
    ...tableColumns.map((column) => [`table-${column}`, `.jp-OutputArea ${tableWith(column)}`] as const),
  ]);
  const panel = page.locator('.jp-WindowedPanel-outer').first();
  const end = await panel.evaluate(heightOf);
  for (let y = 0; y < end + 2000 && wanted.size > 0; y += 400) {
    await panel.evaluate(scrollTo, y);
    await page.waitForTimeout(300);
    for (const [what, selector] of wanted) {
      const found = notebook.locator(selector).first();
      if ((await found.count()) === 0) continue;
      await found.scrollIntoViewIfNeeded();
      await page.waitForTimeout(300);
      await page.screenshot({ path: path.join(screenshots, `${name}-${what}.png`) });
      wanted.delete(what);
    }
  }
  assert.deepEqual([...wanted.keys()], [], 'not seen in JupyterLab');
}

/** Runs in the page, whose DOM types are not the project's. */
function scrollTo(element: unknown, top: number): void {
  (element as { scrollTop: number }).scrollTop = top;
}

function heightOf(element: unknown): number {
  return (element as { scrollHeight: number }).scrollHeight;
}
