/** Pages made by nbconvert and the project's template, of notebooks that are not to be trusted. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { exportPage } from '../../lib/notebooks/page';
import { confusionFigure } from '../../lib/show';
import { picturesOutput } from '../../lib/show/pictures';
import { figureOutput } from '../../lib/show/show';
import { tableOutput } from '../../lib/show/table';
import { launch, skipWithoutChromium, watch } from '../browser/chromium';
import { active, hostileOutputs, rich, writeExecuted } from '../export/fixtures';
import { evaluation } from '../show/fixtures';

describe('a page of a notebook', () => {
  let folder: string;
  let page: string;
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'page-'));
    const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (i * 37) % 256);
    const picture = { pixels, height: 8, width: 8, channels: 3, caption: 'noise' };
    const columns = [{ label: 'count', align: 'right' }] as const;
    const outputs = [
      ...hostileOutputs(),
      // What the project shows itself, behind all that might have broken the page.
      rich(figureOutput(confusionFigure(evaluation))),
      rich(await picturesOutput([picture], { title: 'One picture' })),
      rich(tableOutput({ caption: 'Numbers < 3', columns, rows: [['1']] })),
    ];
    // A name that nbconvert would take for a pattern, and for a template.
    page = await exportPage(writeExecuted(folder, 'br[1]{x}', outputs), path.join(folder, 'pages'));
  });
  after(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test('has its name, whatever characters are in it', () => {
    assert.deepEqual(fs.readdirSync(path.join(folder, 'pages')), ['br[1]{x}.html']);
  });

  test('has nothing of its cells that runs or leads to a script', () => {
    const html = fs.readFileSync(page, 'utf8');
    const body = html.slice(html.indexOf('<body'), html.indexOf('<script type="application/json"'));
    assert.ok(body.length > 1000);
    const cells = body.slice(body.indexOf('jp-Cell'), body.lastIndexOf('</main>'));
    assert.doesNotMatch(cells.replaceAll(/data:image\/[a-z+]+;base64,[\w+/=]+/g, ''), active);
    // Text is still text.
    assert.match(cells, /<strong>bold<\/strong>/);
    assert.match(cells, /&lt;img src="data:image\/png;base64,AAAA" onerror="ran = 1"&gt;/);
  });

  test(
    'shows figures, pictures and tables, and runs nothing else',
    { skip: skipWithoutChromium },
    async () => {
      const browser = await launch();
      try {
        const context = await browser.newContext({ offline: true });
        const tab = await context.newPage();
        const log = watch(tab);
        await tab.goto(pathToFileURL(page).href);
        await tab.waitForFunction(
          'document.querySelectorAll(".figure .js-plotly-plot .main-svg").length > 0',
        );
        await tab.evaluate('document.querySelectorAll("main a").forEach((link) => link.click())');
        const seen = await tab.evaluate(`({
        ran: typeof ran,
        stills: document.querySelectorAll('.figure img').length,
        table: document.querySelector('td[style="text-align:right"]')?.textContent,
        caption: [...document.querySelectorAll('caption, .picture-title')].map(({ textContent }) => textContent),
        picture: document.querySelector('img[alt="noise"]')?.getBoundingClientRect().width,
        sharp: getComputedStyle(document.querySelector('img[alt="noise"]')).imageRendering,
      })`);
        assert.deepEqual(seen, {
          ...{ ran: 'undefined', stills: 0, table: '1', picture: 16, sharp: 'pixelated' },
          caption: ['One picture', 'Numbers < 3'],
        });
        assert.deepEqual(log, { errors: [], requests: [] });
      } finally {
        await browser.close();
      }
    },
  );

  test('is as dark as the reader’s system, on the screen', { skip: skipWithoutChromium }, async () => {
    const browser = await launch();
    try {
      const tab = await browser.newPage();
      await tab.goto(pathToFileURL(page).href);
      const shades = [];
      for (const colorScheme of ['light', 'dark'] as const) {
        await tab.emulateMedia({ colorScheme, media: 'screen' });
        // Of the text, and of what is behind it: the sum of red, green and blue.
        const [text, page] = await tab.evaluate<[string, string]>(`[
          getComputedStyle(document.querySelector('.jp-RenderedHTMLCommon')).color,
          getComputedStyle(document.body).backgroundColor,
        ]`);
        shades.push(
          [text, page].map((colour) => (/\d+, \d+, \d+/.exec(colour)?.[0] ?? '').split(', ').map(Number)),
        );
      }
      const sum = (colour: readonly number[]): number => colour.reduce((total, part) => total + part, 0);
      const [[lightText, lightPage], [darkText, darkPage]] = shades.map((pair) => pair.map(sum));
      assert.ok(lightPage - lightText > 300, `light: text ${lightText} on ${lightPage}`);
      assert.ok(darkText - darkPage > 300, `dark: text ${darkText} on ${darkPage}`);
    } finally {
      await browser.close();
    }
  });

  test(
    'pictures in a row that is too wide shrink alike, and fit',
    { skip: skipWithoutChromium },
    async () => {
      const pixels = new Uint8Array(32 * 32 * 3);
      const wide = Array.from({ length: 16 }, (_, i) => ({
        ...{ pixels, height: 32, width: 32, channels: 3 },
        caption: i === 3 ? 'not as wide as it is long' : '',
      }));
      const output = rich(await picturesOutput(wide, { title: 'Sixteen', columns: 16 }));
      const narrow = await exportPage(writeExecuted(folder, 'narrow', [output]), path.join(folder, 'narrow'));
      const browser = await launch();
      try {
        const tab = await browser.newPage({ viewport: { width: 800, height: 600 } });
        await tab.goto(pathToFileURL(narrow).href);
        const seen = await tab.evaluate<{ widths: number[]; right: number }>(`(() => {
        const boxes = [...document.querySelectorAll('td img')].map((image) => image.getBoundingClientRect());
        return { widths: boxes.map(({ width }) => Math.round(width)), right: Math.max(...boxes.map(({ right }) => right)) };
      })()`);
        assert.equal(seen.widths.length, 16);
        const [least, most] = [Math.min(...seen.widths), Math.max(...seen.widths)];
        assert.ok(least > 20 && most - least <= 1, `${least} to ${most} pixels wide`);
        assert.ok(seen.right <= 800, `up to ${seen.right} of 800`);
      } finally {
        await browser.close();
      }
    },
  );
});
