'use strict';
/* The script of the report's page: draws figures and sorts tables. It runs in a reader's browser. */

/**
 * @typedef {{ domain?: readonly number[], anchor?: string, [key: string]: unknown }} Axis
 * @typedef {object} Layout
 * @property {number} height
 * @property {{ l: number, r: number, t: number, b: number }} margin
 * @property {Axis} xaxis
 * @property {Axis} yaxis
 * @property {Axis} [xaxis2] of a second panel, beside the first
 * @property {Axis} [yaxis2]
 * @property {boolean} [dragmode]
 * @typedef {{ data: readonly object[], layout: Layout }} Figure
 * @typedef {object} Plotly
 * @property {(place: Element, data: readonly object[], layout: object, config: object) => Promise<unknown>} react
 */

/** Too narrow for two panels side by side. */
const narrow = matchMedia('(max-width: 700px)');
/** On touch screens, dragging in a figure would keep the page from scrolling. */
const coarse = matchMedia('(pointer: coarse)');

const config = { responsive: true, displaylogo: false };

/**
 * @param {Layout} layout
 * @returns {Layout} the same for the width of this page
 */
function fitted(layout) {
  const own = coarse.matches ? { ...layout, dragmode: false } : layout;
  if (!narrow.matches) return own;
  const close = { ...own, margin: { ...own.margin, l: 48, r: 14 } };
  const { xaxis2, yaxis2 } = own;
  if (!xaxis2 || !yaxis2) return close;
  return {
    ...close,
    height: own.height * 1.7,
    xaxis: { ...own.xaxis, domain: [0, 1] },
    yaxis: { ...own.yaxis, domain: [0.58, 1] },
    xaxis2: { ...xaxis2, domain: [0, 1] },
    yaxis2: { ...yaxis2, domain: [0, 0.42] },
  };
}

/**
 * Draws a figure in place of its picture, or draws it again after the page has changed. If a figure can't be drawn, its
 * picture stays.
 * @param {Element} figure
 */
async function draw(figure) {
  const { Plotly } = /** @type {{ Plotly?: Plotly }} */ (/** @type {unknown} */ (globalThis));
  const place = figure.querySelector('.plot');
  const json = figure.querySelector('script')?.textContent;
  if (!Plotly || !place || !json) return;
  const { data, layout } = /** @type {Figure} */ (JSON.parse(json));
  figure.classList.add('drawn');
  try {
    await Plotly.react(place, data, fitted(layout), {
      ...config,
      displayModeBar: coarse.matches ? false : 'hover',
    });
  } catch (error) {
    figure.classList.remove('drawn');
    console.error(error);
  }
}

/** @param {Iterable<Element>} figures drawn one after the other, so that the page stays responsive */
async function drawAll(figures) {
  for (const figure of figures) {
    // A folded figure has no width to be drawn in.
    if (figure.closest('details:not([open])') === null) await draw(figure);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/**
 * @param {Element | undefined} cell
 * @returns {string} '' if the value is missing
 */
function keyOf(cell) {
  return cell?.getAttribute('data-sort') ?? '';
}

/**
 * @param {string} a
 * @param {string} b
 * @param {boolean} numeric
 * @param {number} direction 1 from the smallest up, -1 from the largest down
 */
function compare(a, b, numeric, direction) {
  if (a === '' || b === '') return Number(a === '') - Number(b === '');
  return direction * (numeric ? Number(a) - Number(b) : a.localeCompare(b, 'en', { numeric: true }));
}

/**
 * Sorts a table by a column: at first numbers from the largest down and words from A to Z, then in reverse.
 * @param {Element} table
 * @param {Element} heading
 */
function sortBy(table, heading) {
  const headings = [...table.querySelectorAll('thead th')];
  const column = headings.indexOf(heading);
  const rows = [...table.querySelectorAll('tbody tr')];
  const keys = new Map(rows.map((row) => [row, keyOf(row.children[column])]));
  const numeric = [...keys.values()].every((key) => Number.isFinite(Number(key)));
  const before = heading.getAttribute('aria-sort');
  const rises = before === 'none' ? !numeric : before === 'descending';
  for (const each of headings) each.setAttribute('aria-sort', 'none');
  heading.setAttribute('aria-sort', rises ? 'ascending' : 'descending');
  rows.sort((a, b) => compare(keys.get(a) ?? '', keys.get(b) ?? '', numeric, rises ? 1 : -1));
  table.querySelector('tbody')?.append(...rows);
}

for (const table of document.querySelectorAll('table.sortable')) {
  for (const heading of table.querySelectorAll('thead th')) {
    heading.querySelector('button')?.addEventListener('click', () => {
      sortBy(table, heading);
    });
  }
}
for (const details of document.querySelectorAll('details')) {
  details.addEventListener('toggle', () => {
    if (details.open) void drawAll(details.querySelectorAll('.figure'));
  });
}
const figures = document.querySelectorAll('.figure');
void drawAll(figures);
narrow.addEventListener('change', () => {
  void drawAll(figures);
});
