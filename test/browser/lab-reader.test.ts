/** What a reader does with a lesson in JupyterLab, from opening it to running it all again, in a real browser. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Locator } from 'playwright-core';
import { type Notebook, readNotebook, sourceOf } from '../../lib/notebooks/notebook';
import { notebooksDir, outputsDir } from '../../lib/runtime/paths';
import { launch, skipWithoutChromium } from './chromium';
import { Lab, type LabNotebook } from './lab';

/** So many that training is stopped in its middle, however slow the browser is. */
const epochs = 5000;

describe('a reader in JupyterLab', { skip: skipWithoutChromium }, () => {
  let folder: string;
  let browser: Browser;
  let lab: Lab;
  let lesson: LabNotebook;
  let source: Notebook;

  const indexOf = (id: string): number => source.cells.findIndex((cell) => cell.id === id);
  const cell = (id: string): Locator => lesson.cell(indexOf(id));
  const outputs = (id: string): Locator => cell(id).locator('.jp-OutputArea-child');

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reader-'));
    source = readNotebook(path.join(notebooksDir, '01-baseline.ipynb'));
    const file = path.join(folder, '01-baseline.ipynb');
    fs.writeFileSync(file, JSON.stringify(source));
    browser = await launch();
    lab = await Lab.start([file]);
    lesson = await lab.open(browser, file);
  });
  after(async () => {
    await lab.stop();
    await browser.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  /** Changes text of a cell. */
  async function change(id: string, from: string, to: string): Promise<void> {
    const text = sourceOf(source.cells[indexOf(id)]);
    assert.ok(text.includes(from), `${id} has no ${from}`);
    await lesson.rewrite(indexOf(id), text.replace(from, to));
  }

  async function changeEpochs(count: number): Promise<void> {
    const made = "lessonRecipe('baseline', profile)";
    await change('recipe-values', made, `{ ...${made}, epochs: ${count} }`);
  }

  /** What a cell printed and showed as text. */
  async function textOf(id: string): Promise<string> {
    return (await cell(id).locator('.jp-OutputArea-output').allTextContents()).join('\n');
  }

  /** One line of progress, one figure, and that drawn. */
  async function showsOneTraining(id: string): Promise<void> {
    const trained = await textOf(id);
    assert.equal(trained.match(/Trained|Interrupted after/g)?.length, 1, trained);
    assert.doesNotMatch(trained, /Epoch \d+\/\d+ [━┄]/, 'a bar is left');
    assert.equal(await cell(id).locator('.js-plotly-plot .scatterlayer .trace').count(), 4, 'curves');
    assert.equal(await cell(id).locator('.js-plotly-plot').count(), 1, 'figures');
  }

  test('runs cell by cell, with one number changed', async () => {
    await change('parameters', "'quick'", "'tiny'");
    await changeEpochs(epochs);
    await lesson.select(0);
    for (let index = 0; index < indexOf('train'); index++) {
      await lesson.runSelected();
      await lesson.idle();
    }
    assert.match(await textOf('load'), /built-in sample, 400 training images/);
    assert.equal(await cell('images').locator('img').count(), 20);
  });

  /** Runs the training cell, and presses the stop button when there are curves. */
  async function trainAndStop(): Promise<string> {
    await lesson.select(indexOf('train'));
    await lesson.runSelected();
    const curves = cell('train').locator('.js-plotly-plot .scatterlayer .trace');
    await cell('train').locator('.jp-InputPrompt', { hasText: '*' }).waitFor();
    await curves.first().waitFor({ timeout: 60_000 });
    await lesson.command('notebook:interrupt-kernel');
    await lesson.idle();
    const trained = await textOf('train');
    assert.match(trained, new RegExp(`Interrupted after .* of ${epochs} epochs finished`));
    await showsOneTraining('train');
    return trained;
  }

  test('stops training by the button: it says so and keeps its curves, and nothing piles up', async () => {
    await trainAndStop();
    assert.equal(await outputs('train').count(), 2, 'one line and one figure');
  });

  test('goes on with the cells that follow', async () => {
    for (let index = indexOf('curves-again'); index < indexOf('mistake-images'); index++) {
      await lesson.select(index);
      await lesson.runSelected();
    }
    await lesson.idle();
    assert.equal(await cell('confusion').locator('.js-plotly-plot .heatmaplayer image').count(), 1);
    assert.equal(await cell('class-table').locator('table tbody tr').count(), 10);
  });

  test('takes the published network apart, in a page below the cell', async () => {
    const index = indexOf('playground-shown');
    await lesson.select(index);
    await lesson.runSelected();
    await lesson.idle();
    await lesson.playgroundAnswers(index);
    await lesson.page.screenshot({ path: path.join(outputsDir, 'screenshots', 'lab-playground.png') });
  });

  test('runs the training cell again: it goes on where it stopped, and stops again', async () => {
    assert.match(await trainAndStop(), /goes on from its last checkpoint: epoch \d+ of 5000/);
  });

  test('changes the number again, restarts and runs all: trained anew, to the last cell', async () => {
    await changeEpochs(2);
    await lesson.command('notebook:restart-run-all');
    await lesson.page.locator('.jp-Dialog .jp-mod-accept').click();
    await lesson.page.locator('.jp-InputArea-prompt', { hasText: '*' }).first().waitFor();
    await lesson.idle();
    assert.match(await textOf('train'), /Trained 2 of 2 epochs/);
    await showsOneTraining('train');
    const errors = await lesson.page
      .locator('.jp-OutputArea-output[data-mime-type*="stderr"]')
      .allTextContents();
    assert.deepEqual(errors, []);
    const counts = await lesson.page.locator('.jp-CodeCell .jp-InputPrompt').allTextContents();
    const last = source.cells.filter(
      ({ cell_type, source: text }) => cell_type === 'code' && text.length > 0,
    ).length;
    assert.equal(counts.filter((count) => /\d/.test(count)).at(-1), `[${last}]:`);
    await lesson.page.screenshot({ path: path.join(outputsDir, 'screenshots', 'lab-reader.png') });
  });

  test('without an error on the console or a request to the network', () => {
    assert.deepEqual(lesson.log, { errors: [], requests: [] });
  });
});
