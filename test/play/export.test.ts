/** The playground as it is written and served. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { loadDataset } from '../../lib/data/load';
import { writeFolder, writeLazily } from '../../lib/play/folder';
import { blueprintOffers, pictureOffers } from '../../lib/play/pictures-offers';
import { publishedOffers } from '../../lib/play/published-networks';
import type { Offered } from '../../lib/play/offers';
import { serveFolder } from '../../lib/play/server';
import { writeSingleFile } from '../../lib/play/single-file';
import { launch, skipWithoutChromium, watch } from '../browser/chromium';
import { temporaryFolder } from '../train/fixtures';

describe('the playground as files', () => {
  let offered: Offered[];
  let browser: Browser | undefined;

  before(async () => {
    const dataset = await loadDataset({ source: 'sample', trainLimit: 20, testLimit: 20 });
    offered = [
      ...publishedOffers().filter(({ network }) => network === 'lenet5'),
      ...pictureOffers(dataset, { test: 20, train: 20 }),
      ...blueprintOffers(dataset),
    ];
    if (skipWithoutChromium === false) browser = await launch();
  });
  after(() => browser?.close());

  /** A page shows an answer, logs no error, and asks nothing of other machines. */
  async function answers(address: string): Promise<void> {
    const context = await browser!.newContext({ offline: !address.startsWith('http') });
    try {
      const page = await context.newPage();
      const log = watch(page);
      await page.goto(`${address}?backend=wasm`);
      await page
        .getByText(/^\d+ %$/)
        .first()
        .waitFor();
      assert.deepEqual(log, { errors: [], requests: [] });
    } finally {
      await context.close();
    }
  }

  test('a folder, from disk', { skip: skipWithoutChromium }, async () => {
    const folder = temporaryFolder('play-');
    await writeFolder(folder, offered);
    await answers(pathToFileURL(path.join(folder, 'index.html')).href);
  });

  test('one file, from disk', { skip: skipWithoutChromium }, async () => {
    const file = path.join(temporaryFolder('play-'), 'playground.html');
    const bytes = await writeSingleFile(file, offered);
    assert.equal(fs.statSync(file).size, bytes);
    await answers(pathToFileURL(file).href);
  });

  test('served: packs are made when the page asks for them', { skip: skipWithoutChromium }, async () => {
    const folder = temporaryFolder('play-');
    const server = await serveFolder(folder, { make: await writeLazily(folder, offered) });
    try {
      assert.ok(!fs.existsSync(path.join(folder, 'packs', 'network-lenet5-best-seed1.js')));
      await answers(server.address);
      assert.ok(fs.existsSync(path.join(folder, 'packs', 'network-lenet5-best-seed1.js')));
      assert.ok(!fs.existsSync(path.join(folder, 'packs', 'pictures-train.js')));
    } finally {
      await server.stop();
    }
  });

  test('a folder with other files is left alone', async () => {
    const folder = temporaryFolder('play-');
    fs.writeFileSync(path.join(folder, 'thesis.txt'), 'mine');
    await assert.rejects(writeFolder(folder, offered), /holds other files \(thesis\.txt\)/);
    assert.deepEqual(fs.readdirSync(folder), ['thesis.txt']);
  });
});

describe('the server', () => {
  interface Answer {
    readonly status: number;
    readonly body: string;
  }

  /** By hand, since clients tidy addresses up. */
  function ask(address: string, file: string, host = '127.0.0.1'): Promise<Answer> {
    const { port } = new URL(address);
    return new Promise((resolve, reject) => {
      const request = http.get({ host: '127.0.0.1', port, path: file, headers: { host } }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (body += part));
        response.on('end', () => {
          resolve({ status: response.statusCode!, body });
        });
      });
      request.on('error', reject);
    });
  }

  test('gives what is in its folder, and nothing else', async () => {
    const parent = temporaryFolder('play-');
    const folder = path.join(parent, 'page');
    fs.mkdirSync(path.join(folder, 'packs'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'index.html'), '<p>here</p>');
    fs.writeFileSync(path.join(parent, 'secret.js'), 'secret');
    fs.writeFileSync(path.join(folder, 'notes.txt'), 'secret');
    fs.writeFileSync(path.join(folder, '.hidden.js'), 'secret');
    fs.symlinkSync(path.join(parent, 'secret.js'), path.join(folder, 'packs', 'link.js'));
    const server = await serveFolder(folder);
    try {
      assert.deepEqual(await ask(server.address, '/?backend=wasm'), { status: 200, body: '<p>here</p>' });
      const outside = [
        '/../secret.js',
        '/%2e%2e/secret.js',
        '/packs/..%2f..%2fsecret.js',
        '/packs/link.js',
        '/notes.txt',
        '/.hidden.js',
        '/%',
        '/packs',
        '//secret.js',
      ];
      for (const file of outside) {
        const { status, body } = await ask(server.address, file);
        assert.deepEqual([file, status, body], [file, 404, 'Not Found']);
      }
      assert.equal((await ask(server.address, '/', 'example.org')).status, 403);
    } finally {
      await server.stop();
    }
  });

  test('a port that is taken is named', async () => {
    const folder = temporaryFolder('play-');
    const first = await serveFolder(folder);
    try {
      const port = Number(new URL(first.address).port);
      await assert.rejects(
        serveFolder(folder, { port }),
        /can't be used \(EADDRINUSE\)\. Name another one with --port/,
      );
    } finally {
      await first.stop();
    }
  });
});
