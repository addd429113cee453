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
});
