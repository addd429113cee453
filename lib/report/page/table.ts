import { missing } from '../../show/format';
import { Markup, markup } from './markup';

/** What stands in a cell, and by what its row is sorted: itself unless told. A missing value comes last. */
export interface Cell {
  readonly content: Markup | string;
  readonly sort?: number | string;
}

export interface Column<Row> {
  readonly label: string;
  /** Numbers stand at the right, and come with the largest first when they are sorted. */
  readonly numeric?: boolean;
  readonly cell: (row: Row) => Cell | string;
}

export interface TableOptions {
  readonly caption: string;
  /** The column by which the rows are sorted as they come, from the largest down. */
  readonly sorted?: string;
  /** Whether a click on a heading sorts the rows. True unless told. */
  readonly sortable?: boolean;
}

/** A table in a box that scrolls by itself where it is wider than the page. The first column heads the rows. */
export function tableMarkup<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { caption, sorted, sortable = true }: TableOptions,
): Markup {
  const head = columns.map(({ label, numeric }) => {
    const order = sortable && markup` aria-sort="${label === sorted ? 'descending' : 'none'}"`;
    const text = sortable ? markup`<button type="button">${label}</button>` : label;
    return markup`<th scope="col"${order}${numeric && markup` class="number"`}>${text}</th>`;
  });
  const body = rows.map((row) => {
    const cells = columns.map((column, i) => cellMarkup(column, row, i === 0));
    return markup`<tr>${cells}</tr>`;
  });
  // No caption element: it would be as wide as the table, and scroll with it.
  return markup`<div class="table">
<p class="caption">${caption}</p>
<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
<table aria-label="${caption}"${sortable && markup` class="sortable"`}>
<thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody>
</table>
</div>
</div>`;
}

function cellMarkup<Row>({ numeric, cell }: Column<Row>, row: Row, isHead: boolean): Markup {
  const value = cell(row);
  const { content, sort }: Cell = typeof value === 'string' ? { content: value } : value;
  const key = sort ?? (typeof content === 'string' ? content : content.text);
  const isMissing = key === missing || key === '' || (typeof key === 'number' && !Number.isFinite(key));
  const attributes = markup`${numeric && markup` class="number"`} data-sort="${isMissing ? '' : key}"`;
  return isHead
    ? markup`<th scope="row"${attributes}>${content}</th>`
    : markup`<td${attributes}>${content}</td>`;
}
