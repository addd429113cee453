/** Slides of an executed notebook: what begins one, and how reveal.js shows them without a network. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Notebook, NotebookCell } from '../../lib/notebooks/notebook';
import { slidesCommand } from '../../lib/export/slides';
import { asSlides, exportSlides } from '../../lib/notebooks/slides';
import { confusionFigure } from '../../lib/show';
import { figureOutput } from '../../lib/show/show';
import { launch, skipWithoutChromium, watch } from '../browser/chromium';
import { rich } from '../export/fixtures';
import { evaluation } from '../show/fixtures';
import { says } from '../train/fixtures';
import { code, notebook } from './fixtures';

function markdown(source: string): NotebookCell {
  return { cell_type: 'markdown', metadata: {}, source };
}

const lesson = notebook(
  markdown('# A lesson'),
  code("let profile = 'tiny';", 'parameters'),
  code('load();'),
  markdown('## An idea with $x^2$'),
  code('showFigure();'),
  markdown('And then?'),
  code('a();'),
  code('b();'),
);

function types({ cells }: Notebook): string[] {
  return cells.map(
    ({ metadata }) => (metadata as { slideshow: { slide_type: string } }).slideshow.slide_type,
  );
}

/** The lesson with a figure below its third code cell. */
function executed(): Notebook {
  const cells = lesson.cells.map((cell, i) => {
    if (cell.cell_type === 'markdown') return { id: cell.id, ...markdown(String(cell.source)) };
    const figure = rich(figureOutput(confusionFigure(evaluation)));
    return { ...cell, outputs: i === 4 ? [figure] : [], execution_count: i };
  });
  return { ...lesson, cells };
}

describe('slides', () => {
  test('begin at headings; ideas are below them, with their code', () => {
    assert.deepEqual(types(asSlides(lesson)), [
      'slide',
      'skip',
      '-',
      'slide',
      '-',
      'subslide',
      '-',
      'subslide',
    ]);
  });

  test('keep the types that cells have', () => {
    const metadata: object = { slideshow: { slide_type: 'notes' } };
    const own: NotebookCell = { ...markdown('## Heading'), metadata };
    assert.deepEqual(types(asSlides(notebook(own, code('a();')))), ['notes', 'subslide']);
  });

  test(
    'show one at a time, figures drawn, formulas laid out, nothing asked of the network',
    { skip: skipWithoutChromium },
    async () => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'slides-'));
      const browser = await launch();
      try {
        const file = await exportSlides(executed(), 'lesson', folder);
        assert.deepEqual(fs.readdirSync(folder), ['lesson.html']);
        const tab = await (await browser.newContext({ offline: true })).newPage();
        const log = watch(tab);
        await tab.goto(pathToFileURL(file).href);
        await tab.waitForFunction('Reveal.isReady()');
        const seen = () =>
          tab.evaluate(`({
          slides: Reveal.getTotalSlides(),
          shown: [...document.querySelectorAll('.slides h1, .slides h2, .slides p, .slides .cm-editor')]
            .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })).map(({ textContent }) => textContent.replace(/¶/, '').trim()),
        })`);
        assert.deepEqual(await seen(), { slides: 4, shown: ['A lesson', 'load();'] });
        await tab.keyboard.press('ArrowRight');
        await tab.waitForFunction(
          "document.querySelector('section.present .js-plotly-plot .main-svg') !== null",
        );
        const drawn = await tab.evaluate(`({
        formulas: document.querySelectorAll('section.present:not(.stack) .katex').length,
        stills: document.querySelectorAll('section.present .figure img').length,
        width: document.querySelector('section.present .js-plotly-plot').getBoundingClientRect().width > 500,
      })`);
        assert.deepEqual(drawn, { formulas: 1, stills: 0, width: true });
        await tab.keyboard.press('ArrowDown');
        assert.deepEqual(await seen(), { slides: 4, shown: ['And then?', 'a();'] });
        assert.deepEqual(log, { errors: [], requests: [] });
      } finally {
        await browser.close();
        fs.rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});

test('two notebooks of one name, and a folder that cannot be, are refused before anything is written', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'slides-'));
  try {
    const files = ['one', 'two'].map((name) => {
      fs.mkdirSync(path.join(folder, name));
      const file = path.join(folder, name, 'talk.ipynb');
      fs.writeFileSync(file, JSON.stringify(executed()));
      return file;
    });
    const out = path.join(folder, 'out');
    await assert.rejects(
      slidesCommand([...files, '--out', out]),
      says(/Two notebooks would both be written as/),
    );
    assert.ok(!fs.existsSync(out));
    await assert.rejects(
      slidesCommand([files[0], '--out', path.join(files[1], 'below')]),
      says(/talk\.ipynb/),
    );
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('what was stopped leaves nothing behind', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'slides-'));
  try {
    const stop = new AbortController();
    const written = exportSlides(executed(), 'talk', folder, stop.signal);
    setTimeout(() => {
      stop.abort();
    }, 100);
    await assert.rejects(written, says(/Stopped: talk was not written/));
    assert.deepEqual(fs.readdirSync(folder), []);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
