/** LaTeX in lessons: laid out on pages without scripts or network, and written so that every viewer shows it. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { stillCopy } from '../../lib/export/copy';
import type { ExecutedNotebook } from '../../lib/export/executed';
import type { Stills } from '../../lib/export/stills';
import { layOut } from '../../lib/notebooks/formulas';
import { listNotebooks, type NotebookCell, nameOf, readNotebook } from '../../lib/notebooks/notebook';
import { exportPage } from '../../lib/notebooks/page';
import { launch, skipWithoutChromium, watch } from '../browser/chromium';
import { code, notebook } from './fixtures';
import { formulasOf, whyNotEverywhere } from './formulas';

const prose = String.raw`# A sum over $k \times k$ weights

It costs \$5 or 6\$, and ${'`$HOME`'} is no formula. $\mathbf{W} \in \mathbb{R}^n$, $\mathcal{L}$, $x < y$.

$$\hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}, \qquad \sum_{j=1}^{n} \left\{ \begin{array}{l} 1 \\ 2 \\ 3 \\ 4 \end{array} \right.$$

| symbol | what it is |
|---|---|
| $\frac{\partial L}{\partial w}$ | a gradient |

\begin{align}
a &= b \\
\left( \begin{matrix} 1 & 2 \\ 3 & 4 \end{matrix} \right) &= \left[ \frac{a}{b} \right]
\end{align}

<details><summary>Solution</summary>

It is $e^{z_i}$.

</details>

Not LaTeX: $\nonsense{x}$. Not nice: $\href{javascript:ran=1}{a}$ $\text{<img src=1 onerror="ran=1">}$
`;

function markdown(source: string): NotebookCell {
  return { cell_type: 'markdown', metadata: {}, source };
}

/** A notebook of two cells that has run. */
function executed(): object {
  const written = notebook(code("console.log('$5 and $6')"));
  const output = { output_type: 'stream', name: 'stdout', text: '$5 and $6\n' };
  const cells = [
    { id: 'prose', ...markdown(prose) },
    { ...written.cells[0], outputs: [output], execution_count: 1 },
  ];
  return { ...written, cells };
}

describe('formulas', () => {
  test('are found in prose, not in code and not behind a backslash', () => {
    const found = formulasOf(notebook(markdown('$a$ \\$5 `$b$` $$c\nd$$ 6\\$\n```sh\n$e $f\n```\n$\\$7$')));
    assert.deepEqual(
      found.map(({ tex, display }) => [tex, display]),
      [
        ...[
          ['a', false],
          ['c\nd', true],
        ],
        ['\\$7', false],
      ],
    );
    assert.notEqual(whyNotEverywhere({ tex: '\\newcommand{\\a}{b}', display: true }), '');
    assert.notEqual(whyNotEverywhere({ tex: ' a ', display: false }), '');
    assert.equal(whyNotEverywhere({ tex: '\\mathrm{softmax}(z)', display: false }), '');
  });

  for (const file of listNotebooks()) {
    test(`of ${nameOf(file)} can be read by KaTeX, and are within what GitHub shows`, () => {
      const formulas = formulasOf(readNotebook(file));
      assert.deepEqual(layOut(formulas).faults, []);
      const reasons = formulas.map((formula) => ({ ...formula, reason: whyNotEverywhere(formula) }));
      assert.deepEqual(
        reasons.filter(({ reason }) => reason !== ''),
        [],
      );
    });
  }

  test('bring only the fonts that they use, and no page without formulas brings any', () => {
    const few = layOut([{ tex: 'x + 1', display: false }]).css;
    assert.deepEqual(fontsOf(few), ['Main', 'Math']);
    assert.ok(few.length < 90_000, `${few.length} characters`);
    assert.deepEqual(fontsOf(layOut([{ tex: '\\mathcal{L}', display: false }]).css), ['Caligraphic', 'Main']);
    assert.deepEqual(fontsOf(layOut([]).css), []);
  });

  test(
    'on a page: laid out in their own fonts and in the colour of the text',
    { skip: skipWithoutChromium },
    async () => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'formulas-'));
      const browser = await launch();
      try {
        const file = path.join(folder, 'formulas.ipynb');
        fs.writeFileSync(file, JSON.stringify(executed()));
        const page = await exportPage(file, folder);
        const tab = await (await browser.newContext({ offline: true })).newPage();
        const log = watch(tab);
        await tab.goto(pathToFileURL(page).href);
        await tab.evaluate(
          'document.querySelector("details").open = true; document.body.style.color = "rgb(250, 240, 230)"',
        );
        const seen = await tab.evaluate(`document.fonts.ready.then(() => {
        const formulas = [...document.querySelectorAll('.katex')];
        // What each letter is drawn in, and what has been loaded.
        const key = ({ fontFamily, fontWeight, fontStyle }) =>
          [fontFamily.split(',')[0].replaceAll('"', ''), { normal: 400, bold: 700 }[fontWeight] ?? fontWeight, fontStyle].join(' ');
        const loaded = [...document.fonts].filter(({ status }) => status === 'loaded')
          .map(({ family, weight, style }) => key({ fontFamily: family, fontWeight: weight, fontStyle: style }));
        const letters = [...document.querySelectorAll('.katex-html *')]
          .filter(({ children, textContent }) => children.length === 0 && textContent.trim('\\u200b') !== '');
        return {
          formulas: formulas.length,
          displayed: document.querySelectorAll('.katex-display').length,
          flat: formulas.filter((formula) => formula.getBoundingClientRect().height < 5).length,
          missing: [...new Set(letters.map((letter) => key(getComputedStyle(letter))))].filter((font) => !loaded.includes(font)),
          colours: [...new Set(formulas.map((formula) => getComputedStyle(formula.closest('p, td, h1')).color === getComputedStyle(formula).color))],
          numbers: document.querySelectorAll('.eqn-num').length,
          asWritten: document.querySelector('code[title]')?.textContent,
          links: document.querySelectorAll('.katex a, .katex img').length,
          output: document.querySelector('.jp-OutputArea pre').textContent.trim(),
          ran: typeof ran,
        };
      })`);
        assert.deepEqual(seen, {
          ...{ formulas: 10, displayed: 2, flat: 0, missing: [], colours: [true], numbers: 0 },
          ...{ asWritten: '$\\nonsense{x}$', links: 0, output: '$5 and $6', ran: 'undefined' },
        });
        assert.deepEqual(log, { errors: [], requests: [] });
      } finally {
        await browser.close();
        fs.rmSync(folder, { recursive: true, force: true });
      }
    },
  );

  test('stay as they are written in the copies for GitHub, which lays them out itself', async () => {
    const none = (): never => assert.fail('there is nothing to draw');
    const stills: Stills = { figure: none, html: none, markdown: none };
    const copy = await stillCopy(executed() as ExecutedNotebook, stills);
    assert.equal(copy.cells[0].source, prose);
  });
});

function fontsOf(css: string): string[] {
  const names = [...css.matchAll(/@font-face\{[^}]*font-family:"?KaTeX_(\w+)/g)].map(([, name]) => name);
  return [...new Set(names)].sort();
}
