/** Functions that run in Chromium's page. The project knows no DOM, so what is used of it is described here. */

export interface DrawnFigure {
  readonly data: unknown;
  readonly layout: Readonly<Record<string, unknown>>;
}

/** HTML without scripts. */
export interface TidyHtml {
  readonly html: string;
  /** What it calls itself: the caption of its table, or what its picture is said to be. */
  readonly title: string;
  /** Whether text alone does not show it. */
  readonly hasPictures: boolean;
  /** Whether there are pictures made of pixels, such as images of a dataset. */
  readonly hasPixels: boolean;
  readonly hasText: boolean;
}

interface Attribute {
  readonly name: string;
}

interface Element {
  innerHTML: string;
  readonly tagName: string;
  readonly textContent: string | null;
  /** Of pictures. */
  readonly alt: string;
  readonly content: Element;
  readonly attributes: Iterable<Attribute>;
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
}

/** @returns a PNG file as a data URL */
export function drawFigure(wanted: DrawnFigure & { width: number; scale: number }): Promise<string> {
  const { Plotly } = globalThis as unknown as Page;
  const { data, layout, width, scale } = wanted;
  const height = typeof layout.height === 'number' ? layout.height : 450;
  return Plotly.toImage({ data, layout }, { format: 'png', width, height, scale });
}

/** Takes out what runs, loads or restyles. What is in a template does none of it meanwhile. */
export function tidyHtml(html: string): TidyHtml {
  const { document } = globalThis as unknown as Page;
  const template = document.createElement('template');
  template.innerHTML = html;
  const root = template.content;
  const active = 'script, style, link, meta, base, iframe, object, embed, noscript';
  for (const element of root.querySelectorAll(active)) element.remove();
  for (const element of root.querySelectorAll('*')) {
    const handlers = [...element.attributes].filter(({ name }) => name.startsWith('on'));
    for (const { name } of handlers) element.removeAttribute(name);
  }
  return {
    html: template.innerHTML,
    title: root.querySelector('caption')?.textContent ?? root.querySelector('img')?.alt ?? '',
    hasPictures: root.querySelector('img, svg, canvas') !== null,
    hasPixels: root.querySelector('canvas, img:not([src^="data:image/svg+xml"])') !== null,
    hasText: (root.textContent ?? '').trim() !== '',
  };
}

/**
 * Says with plain elements what style sheets said. Viewers that take styles away leave captions in the middle of
 * nowhere, so they become a line above their table; columns are aligned by attributes as well.
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
