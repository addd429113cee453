/** The playground's page in Chromium, from disk and without a network, with two small networks and the sample's pictures. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { loadDataset } from '../../lib/data/load';
import { writeFolder } from '../../lib/play/folder';
import { networkPack } from '../../lib/play/network-pack';
import type { Offered } from '../../lib/play/offers';
import { pictureOffers } from '../../lib/play/pictures-offers';
import { launch, type PageLog, watch } from '../browser/chromium';
import { lively } from './engine-page';

export interface LookPage {
  readonly page: Page;
  readonly log: PageLog;
  close(): Promise<void>;
}

export interface Playground {
  open(hash?: string, options?: BrowserContextOptions): Promise<LookPage>;
  close(): Promise<void>;
}

export async function writePlayground(): Promise<Playground> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'playground-'));
  const dataset = await loadDataset({ source: 'sample' });
  const { classNames } = dataset;
  const offer = (id: string, title: string, width: number): Offered => ({
    kind: 'network',
    id,
    title,
    facts: null,
    make: () => networkPack(lively(id, { width, activation: 'relu' }), { id, title, classNames }),
  });
  await writeFolder(folder, [
    offer('baseline', 'Baseline', 1),
    offer('inception10', 'Inception10, narrow', 0.25),
    ...pictureOffers(dataset, { test: 30, train: 10 }),
  ]);
  const browser: Browser = await launch();
  return {
    async open(hash = '', options = {}) {
      const context = await browser.newContext({
        offline: true,
        viewport: { width: 1600, height: 1000 },
        ...options,
      });
      const page = await context.newPage();
      const log = watch(page);
      await page.goto(`${pathToFileURL(path.join(folder, 'index.html')).href}?backend=wasm#${hash}`);
      await page.locator('[data-probability]').first().waitFor({ timeout: 60_000 });
      return { page, log, close: () => context.close() };
    },
    async close() {
      await browser.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Class probabilities as the page shows them, of the first network or the second. */
export function probabilitiesOf(page: Page, place = 0): Promise<number[]> {
  return page
    .locator('.answer')
    .nth(place)
    .locator('[data-probability]')
    .evaluateAll((shares) =>
      (shares as unknown as PageElement[]).map((share) => Number(share.getAttribute('data-probability'))),
    );
}

/** Drops a file on the page, as a reader's hand does. */
export async function drop(page: Page, name: string, type: string, bytes: Uint8Array): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([fileName, fileType, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(content)], fileName, { type: fileType }));
      return data;
    },
    [name, type, Array.from(bytes)] as const,
  );
  await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

/* What runs in the page knows more than the project's types do. */

interface PageElement {
  getAttribute(name: string): string | null;
}

declare class DataTransfer {
  readonly items: { add(file: File): void };
}
