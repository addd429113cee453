/** The page with the sample's pictures and two networks, in Chromium, from disk without a network. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { loadDataset } from '../../lib/data/load';
import { writeFolder } from '../../lib/play/folder';
import { networkPack } from '../../lib/play/network-pack';
import type { Offered } from '../../lib/play/offers';
import { blueprintOffers, pictureOffers } from '../../lib/play/pictures-offers';
import type { NetworkOptions } from '../../lib/models/network';
import { launch, type PageLog, watch } from '../browser/chromium';
import { lively } from './engine-page';

export interface OpenPage {
  readonly page: Page;
  readonly log: PageLog;
  close(): Promise<void>;
}

/** @param hash of the address: the tab */
export async function openPage(hash: string): Promise<OpenPage> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'playground-'));
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    const dataset = await loadDataset({ source: 'sample', trainLimit: 400, testLimit: 60 });
    const network = (id: string, options: NetworkOptions): Offered => ({
      kind: 'network',
      id,
      title: id,
      facts: null,
      make: () => networkPack(lively(id, options), { id, title: id, classNames: dataset.classNames }),
    });
    await writeFolder(folder, [
      network('lenet5', { activation: 'relu' }),
      network('inception10', { width: 0.125 }),
      ...pictureOffers(dataset, { test: 40, train: 320 }),
      ...blueprintOffers(dataset),
    ]);
    browser = await launch();
    const context = await browser.newContext({ offline: true, viewport: { width: 1200, height: 900 } });
    const page = await context.newPage();
    const log = watch(page);
    await page.goto(`${pathToFileURL(path.join(folder, 'index.html')).href}${hash}`);
    return { page, log, close };
  } catch (error) {
    await close();
    throw error;
  }
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

/** What is drawn on a canvas: its pixels as one text, for comparison. */
export function drawn(canvas: Locator): Promise<string> {
  return canvas.evaluate((element) => (element as unknown as { toDataURL(): string }).toDataURL());
}

/** How many colours a canvas shows. */
export function colours(canvas: Locator): Promise<number> {
  return canvas.evaluate((element) => {
    const canvas = element as unknown as CanvasLike;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
}

/** As much of a canvas as is read here; this file knows Node's types alone. */
interface CanvasLike {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
  };
}
