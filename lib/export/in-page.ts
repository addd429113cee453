/** Functions that run in Chromium's page. The project is compiled without DOM types, so those used are declared here. */

export interface DrawnFigure {
  readonly data: unknown;
  readonly layout: Readonly<Record<string, unknown>>;
}

/** HTML that runs no script, loads nothing and doesn't restyle its page. */
export interface TidyHtml {
  readonly html: string;
  /** The caption of its table, or the alternative text of its picture. */
  readonly title: string;
  /** Whether it has anything that text alone can't show. */
  readonly hasPictures: boolean;
  /** Whether it has bitmap pictures, such as images of a dataset. */
  readonly hasPixels: boolean;
  readonly hasText: boolean;
}

interface Element {
  innerHTML: string;
  readonly tagName: string;
  readonly textContent: string | null;
  /** Alternative text of a picture. */
  readonly alt: string;
  readonly content: Element;
  readonly parentElement: Element | null;
  readonly style: { readonly textAlign: string };
  querySelectorAll(selector: string): Iterable<Element>;
  querySelector(selector: string): Element | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  append(...content: (Element | string)[]): void;
  before(element: Element): void;
  remove(): void;
}

interface Page {
  readonly document: { createElement(name: string): Element };
  readonly Plotly: {
    toImage(figure: DrawnFigure, options: object): Promise<string>;
  };
  readonly DOMPurify: { sanitize(html: string, options: object): string };
  readonly marked: { parse(markdown: string): string };
}

/** @returns a PNG file as a data URL */
export function drawFigure(wanted: DrawnFigure & { width: number; scale: number }): Promise<string> {
  const { Plotly } = globalThis as unknown as Page;
  const { data, layout, width, scale } = wanted;
  const height = typeof layout.height === 'number' ? layout.height : 450;
  return Plotly.toImage({ data, layout }, { format: 'png', width, height, scale });
}

/** Removes everything that runs, loads or restyles. No HTML is trusted. */
export function tidyHtml(html: string): TidyHtml {
  const { document, DOMPurify } = globalThis as unknown as Page;
  const template = document.createElement('template');
  template.innerHTML = DOMPurify.sanitize(html, {
    // Names could shadow what a page's own scripts look up, and data attributes have no use without scripts.
    ...{ FORBID_ATTR: ['name'], ALLOW_DATA_ATTR: false },
    FORBID_TAGS: ['style', 'form', 'input', 'button', 'select', 'textarea', 'audio', 'video'],
  });
  const root = template.content;
  return {
    html: template.innerHTML,
    title: root.querySelector('caption, .picture-title')?.textContent ?? root.querySelector('img')?.alt ?? '',
    hasPictures: root.querySelector('img, svg, canvas') !== null,
    hasPixels: root.querySelector('canvas, img:not([src^="data:image/svg+xml"])') !== null,
    hasText: (root.textContent ?? '').trim() !== '',
  };
}

/** Converts Markdown to HTML, which has to be tidied like any other. */
export function markdownHtml(markdown: string): string {
  const { marked } = globalThis as unknown as Page;
  return marked.parse(markdown);
}

/**
 * Replaces styles by plain elements and attributes, since some viewers remove styles. Captions would then float, so
 * each becomes a line above its table; columns are aligned by attributes too.
 */
export function tidyTables(html: string): string {
  const { document } = globalThis as unknown as Page;
  const template = document.createElement('template');
  template.innerHTML = html;
  const root = template.content;
  for (const element of root.querySelectorAll('[style], [class], [id]')) {
    const align = element.style.textAlign;
    for (const name of ['style', 'class', 'id']) element.removeAttribute(name);
    const isCell = element.tagName === 'TD' || element.tagName === 'TH';
    if (!isCell || align === '') continue;
    element.setAttribute('align', align);
    element.setAttribute('style', `text-align:${align}`);
  }
  for (const caption of root.querySelectorAll('table > caption')) {
    const line = document.createElement('p');
    line.append(caption.textContent ?? '');
    caption.parentElement?.before(line);
    caption.remove();
  }
  return template.innerHTML;
}
