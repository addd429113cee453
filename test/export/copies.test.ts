/** Copies as a viewer without scripts gets them, their pictures drawn by a real Chromium. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { pythonProgram } from '../../lib/runtime/python';
import { exportCommand } from '../../lib/export/command';
import type { ExecutedNotebook, RichOutput } from '../../lib/export/executed';
import { confusionFigure } from '../../lib/show';
import { picturesOutput } from '../../lib/show/pictures';
import { playgroundOutput } from '../../lib/show/playground';
import { figureOutput } from '../../lib/show/show';
import { figureSvg } from '../../lib/show/svg';
import { tableOutput } from '../../lib/show/table';
import { skipWithoutChromium } from '../browser/chromium';
import { evaluation } from '../show/fixtures';
import { active, hostileOutputs, rich, writeExecuted } from './fixtures';

const plotlyType = 'application/vnd.plotly.v1+json';

describe('an exported notebook', { skip: skipWithoutChromium }, () => {
  let folder: string;
  let copy: ExecutedNotebook;
  let file: string;

  /** Its outputs, by the order in which they were given. */
  const output = (index: number): RichOutput => copy.cells[index].outputs?.[0] as RichOutput;

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'export-'));
    const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (i * 37) % 256);
    const picture = { pixels, height: 8, width: 8, channels: 3, caption: 'noise' };
    const playground = { file: '../play/x.html', hash: '#look/a', title: 'Playground: x', height: 720 };
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
      rich(
        playgroundOutput({
          ...playground,
          path: '/play/x.html',
          still: figureSvg(confusionFigure(evaluation)),
        }),
      ),
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

  test('has a still picture of the playground, and a link to its page from where the copy is', () => {
    const [still, link] = copy.cells[7].outputs as RichOutput[];
    assert.deepEqual(Object.keys(still.data).sort(), ['image/png', 'text/plain']);
    assert.match(
      link.data['text/html'] as string,
      /<a href="\.\.\/\.\.\/play\/x\.html#look\/a">Open the playground</,
    );
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

describe('a copy of a notebook that is not to be trusted', { skip: skipWithoutChromium }, () => {
  let folder: string;
  let outputs: Record<string, unknown>[];
  let metadata: unknown[];
  let text: string;
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'export-'));
    const square =
      '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><script>top.ran = 1</script>' +
      '<rect width="40" height="20" fill="#336699" onclick="ran = 1"/></svg>';
    const source = writeExecuted(folder, 'hostile', [
      ...hostileOutputs(),
      rich({ 'image/svg+xml': square, 'text/plain': 'drawing' }),
      rich({ 'text/html': square, 'text/plain': 'drawing in HTML' }),
      rich({ 'application/vnd.jupyter.widget-view+json': { model_id: 'a' }, 'text/plain': 'widget' }),
    ]);
    const content = JSON.parse(fs.readFileSync(source, 'utf8')) as ExecutedNotebook;
    const widgets = { 'application/vnd.jupyter.widget-state+json': { state: {} } };
    fs.writeFileSync(source, JSON.stringify({ ...content, metadata: { ...content.metadata, widgets } }));
    await exportCommand([source, '--out', path.join(folder, 'out')]);
    text = fs.readFileSync(path.join(folder, 'out', 'hostile.ipynb'), 'utf8');
    const copy = JSON.parse(text) as ExecutedNotebook;
    const all = copy.cells.flatMap((cell) => (cell.outputs ?? []) as readonly RichOutput[]);
    outputs = all.map(({ data = {} }) => ({ ...data }));
    metadata = all.map((output) => output.metadata);
    assert.deepEqual(Object.keys(copy.metadata), ['kernelspec']);
  });
  after(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test('has no HTML that runs anything or leads to a script, and no form but text and pictures', () => {
    const html = outputs.flatMap((data) =>
      typeof data['text/html'] === 'string' ? [data['text/html']] : [],
    );
    // Links without their targets, and what else is text.
    assert.ok(html.length > 2);
    for (const one of html) assert.doesNotMatch(one, active);
    const forms = new Set(outputs.flatMap((data) => Object.keys(data)));
    assert.deepEqual([...forms].sort(), ['image/png', 'text/html', 'text/plain']);
    assert.match(text, /<strong>bold<\/strong>|image\/png/);
  });

  test('has sizes of pictures as numbers and nothing else in their place', () => {
    assert.deepEqual(metadata[hostileOutputs().length - 2], { 'image/png': { height: 8 } });
  });

  test('shows drawings as pictures, whether they came as a file or within HTML', async () => {
    for (const data of outputs.slice(-3, -1)) {
      const image = sharp(Buffer.from(data['image/png'] as string, 'base64'));
      const { dominant } = await image.stats();
      assert.ok(
        Math.abs(dominant.b - 0x99) < 16 && Math.abs(dominant.r - 0x33) < 16,
        JSON.stringify(dominant),
      );
    }
    assert.deepEqual(outputs.at(-1), { 'text/plain': 'widget' });
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
