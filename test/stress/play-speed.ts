/**
 * `npm run stress:play`: how long the playground takes from disk, on WebAssembly, in Chromium. From opening the page to the
 * picture and to the answer, and from a change of the picture to the next answer. Networks are untrained, which costs the
 * same.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadDataset } from '../../lib/data/load';
import { writeFolder } from '../../lib/play/folder';
import { networkPack } from '../../lib/play/network-pack';
import { pictureOffers } from '../../lib/play/pictures-offers';
import { launch } from '../browser/chromium';
import { lively, offersOf, openEngine, sent } from '../play/engine-page';

const looks = 15;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function opening(id: string): Promise<void> {
  const dataset = await loadDataset({ source: 'sample', trainLimit: 200, testLimit: 200 });
  const model = lively(id);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'play-speed-'));
  const browser = await launch();
  try {
    const network = {
      ...({ kind: 'network', id, title: id, facts: null } as const),
      make: () => networkPack(model, { id, title: id, classNames: dataset.classNames }),
    };
    const written = await writeFolder(folder, [
      network,
      ...pictureOffers(dataset, { test: 200, train: 200 }),
    ]);
    const total = written.reduce((sum, { bytes }) => sum + bytes, 0);
    const page = await (await browser.newContext({ offline: true })).newPage();
    const began = performance.now();
    await page.goto(`${pathToFileURL(path.join(folder, 'index.html')).href}?backend=wasm`);
    await page.locator('canvas').first().waitFor();
    const drawn = performance.now() - began;
    await page
      .getByText(/^\d+ %$/)
      .first()
      .waitFor();
    const answered = performance.now() - began;
    const facts = [`first picture ${drawn.toFixed(0)} ms`, `first answer ${answered.toFixed(0)} ms`];
    console.log(`${id}: ${facts.join(', ')}, folder ${(total / 1e6).toFixed(1)} MB`);
  } finally {
    await browser.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
  const engine = await openEngine(offersOf({ [id]: model }, dataset), '?backend=wasm');
  try {
    const times: number[] = [];
    for (let i = 0; i < looks; i++) times.push(await engine.ask('time', id, sent(dataset, i)));
    const [first, ...others] = times;
    const [least, most] = [Math.min(...others), Math.max(...others)];
    const range = `${least.toFixed(0)} to ${most.toFixed(0)}`;
    console.log(
      `${id}: an answer with every layer's output in ${median(others).toFixed(0)} ms (${range}; first ${first.toFixed(0)})`,
    );
  } finally {
    await engine.close();
    model.dispose();
  }
}

async function main(): Promise<void> {
  for (const id of ['inception10', 'speedrun']) await opening(id);
}

void main();
