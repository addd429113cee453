import { escapeHtml } from '../../show/html';

/** A piece of HTML in which everything that came from files is escaped. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = Markup | string | number | readonly Markup[] | undefined | false;

/** HTML with parts: markup is inserted unchanged, other parts are escaped; `undefined` and `false` insert nothing. */
export function markup(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(texts.map((text, i) => `${text}${i < parts.length ? written(parts[i]) : ''}`).join(''));
}

function written(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('\n');
  return escapeHtml(String(part));
}

/** The id of an element with this heading: `Accuracy against cost` → `accuracy-against-cost`. */
export function anchorOf(...words: readonly (string | number)[]): string {
  return words
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
