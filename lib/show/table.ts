import { fixed, missing, whole } from './format';
import { escapeHtml, proseHtml } from './html';
import { emit, type Output } from './output';

/** The part of a danfojs DataFrame that is used here; any object with these properties will do. */
export interface Frame {
  readonly columns: readonly string[];
  readonly index: readonly (string | number)[];
  readonly values: unknown;
}

export interface TableOptions {
  /** Text above the table. */
  caption?: string;
  /** Headings to show instead of column names. */
  labels?: Readonly<Record<string, string>>;
  /** How to write the numbers of a column, for instance `percent`. Defaults to about four digits. */
  format?: Readonly<Record<string, (value: number) => string>>;
}

/** A table in which every cell is text. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly { readonly label: string; readonly align: 'left' | 'right' }[];
  readonly rows: readonly (readonly string[])[];
}

/** Shows a danfojs DataFrame, or rows as objects, as a table. */
export function showTable(data: Frame | readonly object[], options: TableOptions = {}): void {
  emit(tableOutput(table(data, options)));
}

export function tableOutput(content: Table): Output {
  return { 'text/html': tableHtml(content), 'text/plain': tableText(content) };
}

/** Turns data into cells. Columns of numbers are aligned to the right; missing values become dashes. */
export function table(data: Frame | readonly object[], options: TableOptions = {}): Table {
  const { caption = '', labels = {}, format = {} } = options;
  const columns = isFrame(data) ? frameColumns(data) : rowColumns(data);
  const cells = columns.map(({ name, values }) => {
    const numbers = values.filter((value): value is number => typeof value === 'number');
    const write = format[name] ?? usualFormat(numbers);
    return values.map((value) => cell(value, write));
  });
  return {
    caption,
    columns: columns.map(({ name, values }) => ({
      label: Object.hasOwn(labels, name) ? labels[name] : name,
      align: values.some((value) => typeof value === 'number') ? 'right' : 'left',
    })),
    rows: (columns[0]?.values ?? []).map((_, row) => cells.map((column) => column[row])),
  };
}

interface Column {
  readonly name: string;
  readonly values: readonly unknown[];
}

function isFrame(data: Frame | readonly object[]): data is Frame {
  return !Array.isArray(data);
}

function frameColumns(frame: Frame): Column[] {
  const rows = frame.values as readonly (readonly unknown[])[];
  const columns = frame.columns.map((name, i) => ({ name, values: rows.map((row) => row[i]) }));
  // Row numbers from danfojs are not worth a column; row names that somebody chose are.
  const named = frame.index.some((label) => typeof label === 'string');
  return named ? [{ name: '', values: frame.index }, ...columns] : columns;
}

function rowColumns(rows: readonly object[]): Column[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return names.map((name) => ({ name, values: rows.map((row) => (row as Record<string, unknown>)[name]) }));
}

function cell(value: unknown, write: (value: number) => string): string {
  if (value === null || value === undefined) return missing;
  if (typeof value === 'number') return Number.isFinite(value) ? write(value) : missing;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The same number of decimals for a whole column, so that its points line up: four digits for its largest value. */
function usualFormat(numbers: readonly number[]): (value: number) => string {
  const finite = numbers.filter(Number.isFinite);
  if (finite.every(Number.isInteger)) return whole;
  const largest = Math.max(...finite.map(Math.abs));
  const decimals = Math.min(6, Math.max(0, 3 - Math.floor(Math.log10(largest))));
  return decimals === 0 ? whole : fixed(decimals);
}

/** HTML that needs no script and no style sheet, and leaves colours to the page. */
export function tableHtml({ caption, columns, rows }: Table): string {
  const style = columns.map(({ align }) => `style="text-align:${align}"`);
  const head = columns.map(({ label }, i) => `<th ${style[i]}>${escapeHtml(label)}</th>`).join('');
  const body = rows.map(
    (row) => `<tr>${row.map((text, i) => `<td ${style[i]}>${proseHtml(text)}</td>`).join('')}</tr>`,
  );
  return [
    '<table style="font-variant-numeric:tabular-nums">',
    caption &&
      `<caption style="caption-side:top;text-align:left;white-space:nowrap">${escapeHtml(caption)}</caption>`,
    `<thead><tr>${head}</tr></thead>`,
    `<tbody>${body.join('\n')}</tbody>`,
    '</table>',
  ]
    .filter(Boolean)
    .join('\n');
}

export function tableText({ caption, columns, rows }: Table): string {
  const labels = columns.map(({ label }) => label);
  const widths = labels.map((label, i) => Math.max(label.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((text, i) => (columns[i].align === 'right' ? text.padStart(widths[i]) : text.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  return [...(caption ? [caption] : []), line(labels), rule, ...rows.map(line)].join('\n');
}
