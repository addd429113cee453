/** Still pictures of a notebook's outputs, drawn by Plotly and Chromium, as a reader would see them. */
import * as path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { projectRoot } from '../runtime/paths';
import { findChromium, launchChromium } from './chromium';
import { drawFigure, type DrawnFigure, markdownHtml, tidyHtml, tidyTables } from './in-page';

/** A PNG file. */
export interface Still {
  readonly png: Buffer;
  /** Width on the page in CSS pixels; the file of a drawing has twice as many. */
  readonly width: number;
  /** Alternative text. */
  readonly title: string;
}

/** Draws stills. */
export interface Stills {
  /** A Plotly figure, on white. */
  figure(figure: DrawnFigure): Promise<Still>;
  /** Clean HTML if text alone shows everything, otherwise a still; undefined if nothing remains. */
  html(html: string): Promise<{ readonly html: string } | Still | undefined>;
  /** The same for Markdown. */
  markdown(markdown: string): Promise<{ readonly html: string } | Still | undefined>;
}

/** File pixels per CSS pixel of a drawing: sharp on today's screens, and legible when projected. */
const scale = 2;

/** Width of the page, for content that takes as much as it gets. */
const pageWidth = 1100;

/** Width of figures that have none of their own: a little less than a notebook's column on GitHub. */
const figureWidth = 760;

const look = `
  body { margin: 0; padding: 8px; background: #fff; color: #1f2328; font: 13px/1.4 Helvetica, Arial, sans-serif; }
  #picture { display: inline-block; }
  table { border-collapse: collapse; }
  caption { padding-bottom: 6px; }`;

/**
 * Scripts for the page that draws: Plotly, an HTML sanitiser and a Markdown parser. Given by path, since not every
 * package exports these files.
 */
const scripts = [
  'plotly.js-dist-min/plotly.min.js',
  'dompurify/dist/purify.min.js',
  'marked/lib/marked.umd.js',
].map((file) => path.join(projectRoot, 'node_modules', file));

/** Stills drawn by the local Chromium, without a network. */
export class ChromiumStills implements Stills {
  private constructor(
    private readonly browser: Browser,
    private readonly page: Page,
  ) {}

  /** @throws UserError if Chromium or playwright-core is missing */
  static async start(): Promise<ChromiumStills> {
    const browser = await launchChromium(findChromium());
    try {
      const context: BrowserContext = await browser.newContext({
        offline: true,
        deviceScaleFactor: scale,
        viewport: { width: pageWidth, height: 600 },
      });
      const page = await context.newPage();
      await page.setContent(`<!doctype html><style>${look}</style><div id="picture"></div>`);
      for (const script of scripts) await page.addScriptTag({ path: script });
      return new ChromiumStills(browser, page);
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  async figure({ data, layout }: DrawnFigure): Promise<Still> {
    const width = typeof layout.width === 'number' ? layout.width : figureWidth;
    const url = await this.page.evaluate(drawFigure, { data, layout: onWhite(layout), width, scale });
    const png = await fewColours(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
    return { png, width, title: titleOf(layout) };
  }

  async html(html: string): Promise<{ readonly html: string } | Still | undefined> {
    const tidy = await this.page.evaluate(tidyHtml, html);
    if (!tidy.hasPictures) {
      return tidy.hasText ? { html: await this.page.evaluate(tidyTables, tidy.html) } : undefined;
    }
    const picture = this.page.locator('#picture');
    await picture.evaluate((element, content) => {
      (element as { innerHTML: string }).innerHTML = content;
    }, tidy.html);
    await this.page.waitForFunction(() => {
      const { document } = globalThis as unknown as { document: { images: Iterable<{ complete: boolean }> } };
      return [...document.images].every(({ complete }) => complete);
    });
    const { width = pageWidth } = (await picture.boundingBox()) ?? {};
    // Each pixel of an image already covers several screen pixels, and images have too many colours for a palette.
    const taken = await picture.screenshot({
      animations: 'disabled',
      scale: tidy.hasPixels ? 'css' : 'device',
    });
    const png = await (tidy.hasPixels ? exact(taken) : fewColours(taken));
    return { png, width: Math.round(width), title: tidy.title };
  }

  async markdown(markdown: string): Promise<{ readonly html: string } | Still | undefined> {
    return this.html(await this.page.evaluate(markdownHtml, markdown));
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

/** The title's text; Plotly allows a string or an object. */
function titleOf({ title }: DrawnFigure['layout']): string {
  const text = typeof title === 'object' && title !== null && 'text' in title ? title.text : title;
  return typeof text === 'string' ? text : '';
}

/** Figures have no background, and a grey that is legible on any; on white, a darker one is better. */
function onWhite(layout: DrawnFigure['layout']): DrawnFigure['layout'] {
  const font = {
    ...(layout.font as object | undefined),
    color: '#333333',
    family: 'Helvetica, Arial, sans-serif',
  };
  return { ...layout, font, paper_bgcolor: '#ffffff', plot_bgcolor: '#ffffff', autosize: false };
}

/** A palette of 256 colours is enough for text, lines and areas, and needs a third of the bytes. */
function fewColours(png: Buffer): Promise<Buffer> {
  return sharp(png)
    .removeAlpha()
    .png({ palette: true, colours: 256, dither: 0, effort: 10, compressionLevel: 9 })
    .toBuffer();
}

/** The same pixels without their transparency, as small as PNG makes them. */
function exact(png: Buffer): Promise<Buffer> {
  return sharp(png).removeAlpha().png({ compressionLevel: 9 }).toBuffer();
}
