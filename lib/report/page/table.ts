import { missing } from '../../show/format';
import { Markup, markup } from './markup';

/**
 * The content of a cell, and the key by which it is sorted, which defaults to the content. Missing values come last.
 */
export interface Cell {
  readonly content: Markup | string;
  readonly sort?: number | string;
}

export interface Column<Row> {
  readonly label: string;
  /** Numbers are aligned to the right, and sorted with the largest first. */
  readonly numeric?: boolean;
  readonly cell: (row: Row) => Cell | string;
}

export interface TableOptions {
  readonly caption: string;
  /** The column by which the rows are sorted already, largest first. */
  readonly sorted?: string;
  /** Whether a click on a heading sorts the rows. Defaults to true. */
  readonly sortable?: boolean;
}

/** A table in a box that scrolls if it is wider than the page. The first column contains the row headers. */
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
  // Not a caption element, which would be as wide as the table and scroll with it.
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
