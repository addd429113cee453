/** The playground's page in Chromium, without a network, with three small networks and the sample's pictures. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { loadDataset } from '../../lib/data/load';
import type { NetworkOptions } from '../../lib/models/network';
import { writeFolder } from '../../lib/play/folder';
import { networkPack } from '../../lib/play/network-pack';
import type { Offered } from '../../lib/play/offers';
import { blueprintOffers, pictureOffers } from '../../lib/play/pictures-offers';
import { launch, type PageLog, watch } from '../browser/chromium';
import { lively } from './engine-page';

export interface OpenPage {
  readonly page: Page;
  readonly log: PageLog;
  close(): Promise<void>;
}

export interface PageOptions extends BrowserContextOptions {
  /** Where the page is served; by default it is opened from disk. */
  readonly address?: string;
}

export interface Playground {
  /** The page's folder. */
  readonly folder: string;
  /** @param hash of the address, such as `look/baseline` */
  open(hash?: string, options?: PageOptions): Promise<OpenPage>;
  close(): Promise<void>;
}

/** @param args further arguments of Chromium */
export async function writePlayground(args: readonly string[] = []): Promise<Playground> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'playground-'));
  const dataset = await loadDataset({ source: 'sample', trainLimit: 400, testLimit: 60 });
  const { classNames } = dataset;
  const network = (id: string, options: NetworkOptions): Offered => ({
    kind: 'network',
    id,
    title: id,
    facts: null,
    make: () => networkPack(lively(id, options), { id, title: id, classNames }),
  });
  await writeFolder(folder, [
    network('baseline', { activation: 'relu' }),
    network('inception10', { width: 0.125 }),
    network('lenet5', { activation: 'relu' }),
    ...pictureOffers(dataset, { test: 40, train: 320 }),
    ...blueprintOffers(dataset),
  ]);
  const browser = await launch(args);
  return {
    folder,
    async open(hash = '', { address, ...options } = {}) {
      // Chromium takes a server on this machine for the network, too.
      const offline = address === undefined;
      const context = await browser.newContext({
        offline,
        viewport: { width: 1600, height: 1000 },
        ...options,
      });
      const page = await context.newPage();
      const log = watch(page);
      const start = address ?? pathToFileURL(path.join(folder, 'index.html')).href;
      await page.goto(`${start}?backend=wasm#${hash}`);
      return { page, log, close: () => context.close() };
    },
    async close() {
      await browser.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Class probabilities as the page shows them, of the first network or the second, once they are there. */
export async function probabilitiesOf(page: Page, place = 0): Promise<number[]> {
  const shares = page.locator('.answer').nth(place).locator('[data-probability]');
  await shares.first().waitFor({ timeout: 60_000 });
  return shares.evaluateAll((elements) =>
    (elements as unknown as PageElement[]).map((share) => Number(share.getAttribute('data-probability'))),
  );
}

/** The probabilities after they have changed and stand still. */
export async function changedProbabilities(
  page: Page,
  before: readonly number[],
  place = 0,
): Promise<number[]> {
  for (let tries = 0; tries < 200; tries++) {
    const now = await probabilitiesOf(page, place);
    if (distance(before, now) > 0) {
      await setTimeout(150);
      const later = await probabilitiesOf(page, place);
      if (distance(now, later) === 0) return now;
    }
    await setTimeout(50);
  }
  throw new Error(`The probabilities stay ${before.join(', ')}.`);
}

/** The largest difference between two lists. */
export function distance(one: readonly number[], other: readonly number[]): number {
  return Math.max(...one.map((value, i) => Math.abs(value - other[i])));
}

/** A number that the page keeps in an attribute; NaN without it. */
export async function numberOf(found: Locator, attribute: string): Promise<number> {
  return Number((await found.getAttribute(attribute)) ?? NaN);
}

/** Waits until something holds. (The page forbids what Playwright's own `waitForFunction` does: evaluating texts.) */
export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `waited 30 s until ${what}`);
    await setTimeout(50);
  }
}

/** Presses the left button at a point of an element, moves to others, and releases; points are shares of its sides. */
export async function drag(
  found: Locator,
  [first, ...others]: readonly (readonly [number, number])[],
): Promise<void> {
  const page = found.page();
  const { x, y, width, height } = (await found.boundingBox())!;
  await page.mouse.move(x + first[0] * width, y + first[1] * height);
  await page.mouse.down();
  for (const point of others) {
    await page.mouse.move(x + point[0] * width, y + point[1] * height, { steps: 4 });
  }
  await page.mouse.up();
}

/** Drops a file on the page, or pastes it, as a reader's hand does. */
export async function give(
  page: Page,
  how: 'drop' | 'paste',
  { name, type, bytes }: { readonly name: string; readonly type: string; readonly bytes: Uint8Array },
): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([fileName, fileType, content]) => {
      const data = new DataTransfer();
      data.items.add(
        new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], fileName, { type: fileType }),
      );
      return data;
    },
    [name, type, Buffer.from(bytes).toString('base64')] as const,
  );
  if (how === 'drop') {
    await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
    await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  } else {
    await page.evaluate((clipboardData) => {
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
    }, transfer);
  }
}

/** Red, green and blue of a canvas, at shares of its width and height. */
export function pixelAt(canvas: Locator, x: number, y: number): Promise<number[]> {
  return canvas.evaluate(
    (element, [across, down]) => {
      const canvasElement = element as unknown as CanvasElement;
      const { width, height } = canvasElement;
      const context = canvasElement.getContext('2d');
      const { data } = context.getImageData(Math.floor(width * across), Math.floor(height * down), 1, 1);
      return Array.from(data.subarray(0, 3));
    },
    [x, y] as const,
  );
}

/** What is drawn on a canvas: its pixels as one text, for comparison. */
export function drawn(canvas: Locator): Promise<string> {
  return canvas.evaluate((element) => (element as unknown as CanvasElement).toDataURL());
}

/** How many colours a canvas shows. */
export function colours(canvas: Locator): Promise<number> {
  return canvas.evaluate((element) => {
    const canvasElement = element as unknown as CanvasElement;
    const context = canvasElement.getContext('2d');
    const { data } = context.getImageData(0, 0, canvasElement.width, canvasElement.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
}

/* What runs in the page, whose DOM types are not the project's. */

export interface PageElement {
  getAttribute(name: string): string | null;
  getBoundingClientRect(): {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
}

interface CanvasElement {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
  };
  toDataURL(): string;
}

declare class DataTransfer {
  readonly items: { add(file: File): void };
}

declare class ClipboardEvent extends Event {
  constructor(type: string, init: { clipboardData: DataTransfer; bubbles: boolean });
}

declare const document: { readonly body: EventTarget };
