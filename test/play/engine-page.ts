/** The engine in Chromium, in a page from disk without a network, with networks that tests compare with the library's. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { Random } from '../../lib/data/random';
import type { Dataset } from '../../lib/data/types';
import { networkNamed } from '../../lib/models/registry';
import type { NetworkOptions } from '../../lib/models/network';
import { buildPage } from '../../lib/play/build';
import { writeFolder } from '../../lib/play/folder';
import { networkPack } from '../../lib/play/network-pack';
import type { Offered } from '../../lib/play/offers';
import { tf } from '../../lib/runtime/tensorflow';
import { launch, type PageLog, watch } from '../browser/chromium';
import type { EngineTests, Sent } from './page/face';

/** A network under its id in the page. */
export type Models = Readonly<Record<string, tf.LayersModel>>;

export interface EnginePage {
  readonly page: Page;
  /** Calls a function of the page. */
  ask<Name extends keyof EngineTests>(
    name: Name,
    ...args: Parameters<EngineTests[Name]>
  ): Promise<Awaited<ReturnType<EngineTests[Name]>>>;
  readonly log: PageLog;
  close(): Promise<void>;
}

/** @param query of the address, such as `?backend=wasm` */
export async function openEngine(offered: readonly Offered[], query = ''): Promise<EnginePage> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'engine-'));
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    const build = await buildPage({ entry: path.join(__dirname, 'page', 'engine.ts') });
    await writeFolder(folder, offered, build);
    browser = await launch();
    const context = await browser.newContext({ offline: true });
    const page = await context.newPage();
    const log = watch(page);
    await page.goto(`${pathToFileURL(path.join(folder, 'index.html')).href}${query}`);
    await page.waitForFunction('globalThis.engineTests !== undefined');
    const ask: EnginePage['ask'] = (name, ...args) =>
      page.evaluate<never, readonly [string, readonly unknown[]]>(callInPage, [name, args]);
    return { page, ask, log, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs in the page. */
function callInPage([name, args]: readonly [string, readonly unknown[]]): never {
  const functions = globalThis.engineTests as unknown as Readonly<
    Record<string, (...args: readonly unknown[]) => never>
  >;
  return functions[name](...args);
}

export function offersOf(models: Models, { classNames }: Dataset): Offered[] {
  return Object.entries(models).map(([id, model]) => ({
    kind: 'network',
    id,
    title: id,
    facts: null,
    make: () => networkPack(model, { id, title: id, classNames, kernels: 'float32' }),
  }));
}

/** An untrained network whose normalisations are not those of one that has seen nothing. */
export function lively(name: string, options: NetworkOptions = {}): tf.LayersModel {
  const model = networkNamed(name).build({ seed: 3, ...options });
  const random = new Random(5);
  for (const layer of model.layers) {
    for (const weight of layer.weights) {
      if (weight.shape.length > 1) continue;
      const isSize = /gamma|variance/.test(weight.originalName);
      const values = Float32Array.from({ length: weight.shape[0]! }, () =>
        isSize ? random.between(0.5, 1.5) : random.between(-0.2, 0.2),
      );
      tf.tidy(() => {
        weight.write(tf.tensor1d(values));
      });
    }
  }
  return model;
}

/** An image as numbers from 0 to 1, as the page takes them. */
export function sent({ test, imageShape }: Dataset, index: number): Sent {
  const size = imageShape.reduce((product, side) => product * side, 1);
  const bytes = test.images.subarray(index * size, (index + 1) * size);
  return { shape: imageShape, values: Array.from(bytes, (byte) => byte / 255) };
}
