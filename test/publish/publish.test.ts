/** Published copies as a viewer without scripts gets them, their pictures drawn by a real Chromium. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { pythonProgram } from '../../lib/notebooks/processes';
import { exportCommand } from '../../lib/publish/command';
import type { ExecutedNotebook, RichOutput } from '../../lib/publish/executed';
import { confusionFigure } from '../../lib/show';
import { picturesOutput } from '../../lib/show/pictures';
import { figureOutput } from '../../lib/show/show';
import { tableOutput } from '../../lib/show/table';
import { skipWithoutChromium } from '../browser/chromium';
import { evaluation } from '../show/fixtures';
import { rich, writeExecuted } from './fixtures';

const plotlyType = 'application/vnd.plotly.v1+json';

describe('a published notebook', { skip: skipWithoutChromium }, () => {
  let folder: string;
  let copy: ExecutedNotebook;
  let file: string;

  /** Its outputs, by the order in which they were given. */
  const output = (index: number): RichOutput => copy.cells[index].outputs?.[0] as RichOutput;

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'publish-'));
    const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (i * 37) % 256);
    const picture = { pixels, height: 8, width: 8, channels: 3, caption: 'noise' };
    const table = tableOutput({
      caption: 'Numbers < 3',
      columns: [
        { label: 'name', align: 'left' },
        { label: 'count', align: 'right' },
      ],
      rows: [['one', '1']],
    });
    const source = writeExecuted(folder, 'source', [
      rich(figureOutput(confusionFigure(evaluation))),
      rich(await picturesOutput([picture, picture], { title: 'Two pictures' })),
      rich(table),
      rich({
        'text/html': '<div id="plot"></div><script>document.title = "ran"</script>',
        'text/plain': 'a plot',
      }),
      rich({
        'text/html': '<style>p { color: red }</style><p onclick="run()">words</p><script>run()</script>',
        'text/plain': 'words',
      }),
      rich({ 'application/javascript': 'run()', 'text/plain': 'a script' }),
      { output_type: 'stream', name: 'stdout', text: ['said\n'] },
    ]);
    await exportCommand([source, '--out', path.join(folder, 'out')]);
    file = path.join(folder, 'out', 'source.ipynb');
    copy = JSON.parse(fs.readFileSync(file, 'utf8')) as ExecutedNotebook;
  });
  after(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test('has a picture of each figure beside its data, and no other form that a viewer would prefer', async () => {
    const { data, metadata } = output(0);
    assert.deepEqual(Object.keys(data).sort(), [plotlyType, 'image/png', 'text/plain']);
    const { width, alt } = metadata['image/png'] as { width: number; alt: string };
    assert.equal(alt, confusionFigure(evaluation).layout.title.text);
    const seen = await look(data['image/png']);
    assert.equal(seen.width, width * 2);
    assert.deepEqual(seen.corner, [255, 255, 255]);
    // Text and two of the three tints of the matrix, at the least.
    assert.ok(seen.colours > 20, `${seen.colours} colours`);
  });

  test('shows image grids as pictures, to the pixel', async () => {
    const { data, metadata } = output(1);
    assert.deepEqual(Object.keys(data).sort(), ['image/png', 'text/plain']);
    assert.equal((metadata['image/png'] as { alt: string }).alt, 'Two pictures');
    const { colours } = await look(data['image/png']);
    assert.ok(colours > 64, `${colours} colours of 64 pixels that all differ`);
  });

  test('has tables as plain HTML, with their captions above', () => {
    const { data } = output(2);
    const html = data['text/html'] as string;
    assert.match(html, /^<p>Numbers &lt; 3<\/p>\s*<table>/);
    assert.match(html, /<td align="right" style="text-align:right">1<\/td>/);
    assert.doesNotMatch(html, /caption|font-variant|white-space/);
  });

  test('has no scripts and style sheets; where nothing else was, the text says it', () => {
    assert.doesNotMatch(fs.readFileSync(file, 'utf8'), /<script|<style|onclick|javascript/);
    assert.deepEqual(output(3).data, { 'text/plain': 'a plot' });
    assert.deepEqual(output(4).data, { 'text/html': '<p>words</p>', 'text/plain': 'words' });
    assert.deepEqual(output(5).data, { 'text/plain': 'a script' });
    assert.equal(copy.cells[6].outputs?.[0].output_type, 'stream');
  });

  test('is valid for nbformat', () => {
    const check = 'import sys, nbformat; nbformat.validate(nbformat.read(sys.argv[1], 4))';
    const { status, stderr } = spawnSync(pythonProgram('python'), ['-W', 'error', '-c', check, file]);
    assert.equal(status, 0, String(stderr));
  });

  test('has nothing beside it that is half written', () => {
    assert.deepEqual(fs.readdirSync(path.join(folder, 'out')), ['source.ipynb']);
  });
});

interface Look {
  readonly width: number;
  readonly corner: number[];
  readonly colours: number;
}

/** A PNG file as base64, decoded. */
async function look(png: unknown): Promise<Look> {
  assert.ok(typeof png === 'string' && !png.includes('\n'));
  const image = sharp(Buffer.from(png, 'base64'));
  const { width, channels } = await image.metadata();
  // Its types are for a TypeScript that is newer than tslab's.
  const pixels = (await image.raw().toBuffer()) as Buffer;
  const colours = new Set<number>();
  for (let i = 0; i < pixels.length; i += channels) colours.add(pixels.readUIntBE(i, 3));
  return { width, corner: [...pixels.subarray(0, 3)], colours: colours.size };
}
