'use strict';
/**
 * LaTeX as markup that needs neither a script nor the network, for nbconvert, which runs this program: KaTeX lays each
 * formula out, and the style sheet brings only those of its fonts that the formulas use.
 *
 * On stdin, a list of formulas as JSON; on stdout, `{ html, css, faults }`.
 */
const fs = require('node:fs');
const path = require('node:path');

/** @typedef {{ tex: string, display: boolean }} Formula display: on a line of its own */

/**
 * @typedef {object} Laid
 * @property {string[]} html for each formula its markup; one that KaTeX can't read is shown as it was written
 * @property {string} css the style sheet for all of them, fonts included
 * @property {string[]} faults what could not be read, and why
 */

/**
 * KaTeX's fonts, and the classes of its markup that use them. Fonts that no class here names are left out: a letter of
 * one of them would be drawn in the page's own font.
 * @type {Readonly<Record<string, RegExp>>}
 */
const FACES = {
  'Main-Regular': /./,
  'Math-Italic': /\bmathnormal\b/,
  'Main-Bold': /\b(mathbf|textbf)\b/,
  'Main-Italic': /\b(mathit|textit)\b/,
  'Math-BoldItalic': /\bboldsymbol\b/,
  'AMS-Regular': /\b(amsrm|mathbb|textbb)\b/,
  'Caligraphic-Regular': /\bmathcal\b/,
  'SansSerif-Regular': /\b(mathsf|textsf)\b/,
  'Typewriter-Regular': /\b(mathtt|texttt)\b/,
  'Script-Regular': /\b(mathscr|textscr)\b/,
  'Fraktur-Regular': /\b(mathfrak|textfrak)\b/,
  'Size1-Regular': /\b(delimsizing size1|delim-size1|small-op)\b/,
  'Size2-Regular': /\b(delimsizing size2|large-op)\b/,
  'Size3-Regular': /\bdelimsizing size3\b/,
  'Size4-Regular': /\b(delimsizing size4|delim-size4)\b/,
};

/**
 * @param {readonly Formula[]} formulas not trusted: no commands that link, load or run
 * @returns {Laid}
 */
function layOut(formulas) {
  /** @type {typeof import('katex').default} */
  const katex = require('katex');
  /** @type {string[]} */
  const faults = [];
  const html = formulas.map(({ tex, display }) => {
    try {
      // A size limit, so that no formula can cover the page.
      return katex.renderToString(withoutNumbers(tex), {
        displayMode: display,
        strict: 'ignore',
        trust: false,
        maxSize: 20,
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      faults.push(`${tex}: ${reason}`);
      const quotes = display ? '$$' : '$';
      return `<code title="${escaped(reason)}">${escaped(quotes + tex + quotes)}</code>`;
    }
  });
  return { html, css: styleSheet(html.join('')), faults };
}

/**
 * KaTeX's style sheet with the fonts that the markup uses, inside it.
 * @param {string} markup
 */
function styleSheet(markup) {
  const folder = path.join(path.dirname(require.resolve('katex/package.json')), 'dist');
  const css = fs.readFileSync(path.join(folder, 'katex.min.css'), 'utf8');
  return css.replaceAll(/@font-face\{[^}]*\}/g, (rule) => {
    const name = /fonts\/KaTeX_([\w-]+)\.woff2/.exec(rule)?.[1] ?? '';
    if (!(name in FACES) || !FACES[name].test(markup)) return '';
    const font = fs.readFileSync(path.join(folder, 'fonts', `KaTeX_${name}.woff2`)).toString('base64');
    return rule.replace(/src:[^;}]*/, `src:url(data:font/woff2;base64,${font}) format("woff2")`);
  });
}

/**
 * JupyterLab numbers no equations, so pages don't either.
 * @param {string} tex
 */
function withoutNumbers(tex) {
  return tex.replaceAll(/\\(begin|end)\{(align|alignat|equation|gather)\}/g, '\\$1{$2*}');
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

module.exports = { layOut };

if (require.main === module) {
  /** @type {Formula[]} */
  const formulas = JSON.parse(fs.readFileSync(0, 'utf8'));
  const laid = layOut(formulas);
  for (const fault of laid.faults) console.error(`A formula is shown as it was written: ${fault}`);
  process.stdout.write(JSON.stringify(laid));
}
