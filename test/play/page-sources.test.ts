/** Where the page's pictures come from, in Chromium, from disk: files of every kind, the clipboard, a camera, a hand. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import sharp, { type Sharp } from 'sharp';
import { skipWithoutChromium } from '../browser/chromium';
import {
  changedProbabilities,
  distance,
  drag,
  drawn,
  give,
  type OpenPage,
  pixelAt,
  type Playground,
  probabilitiesOf,
  until,
  writePlayground,
} from './playground';

const [red, blue] = [
  [192, 0, 0],
  [0, 0, 192],
];

describe("the page's pictures", { skip: skipWithoutChromium }, () => {
  let playground: Playground;
  let opened: OpenPage;
  let page: Page;

  before(async () => {
    // A camera that films a moving pattern; whether it may be used is each page's affair.
    playground = await writePlayground(['--use-fake-device-for-media-stream']);
    opened = await playground.open('look/lenet5', { hasTouch: true, permissions: ['camera'] });
    ({ page } = opened);
  });
  after(() => playground.close());

  const stage = () => page.locator('.stage canvas');

  /** Red on the left and blue on the right in the input, up to what a JPEG changes. */
  async function showsHalves([left, right]: readonly (readonly number[])[] = [red, blue]): Promise<void> {
    const near = async (x: number, colour: readonly number[]): Promise<boolean> =>
      distance(await pixelAt(stage(), x, 0.5), colour) <= 6;
    await until(async () => (await near(0.25, left)) && (await near(0.75, right)), 'the picture is drawn');
  }

  test('a PNG that is dropped is cropped by a frame that moves', async () => {
    const before = await probabilitiesOf(page);
    await give(page, 'drop', {
      name: 'halves.png',
      type: 'image/png',
      bytes: await fileOf(halves().png()),
    });
    const cropped = await changedProbabilities(page, before);
    assert.match((await page.locator('.image').textContent())!, /halves\.png/);
    await showsHalves();
    await drag(page.locator('.crop .mark'), [
      [0.5, 0.5],
      [2, 0.5],
    ]);
    const moved = await changedProbabilities(page, cropped);
    await showsHalves([blue, blue]);
    // By the keyboard: smaller, and back to the left.
    await page.locator('.crop-area').focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('-');
    for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowLeft');
    await changedProbabilities(page, moved);
    await showsHalves([red, red]);
  });

  test('a PNG that is pasted is looked at', async () => {
    const before = await probabilitiesOf(page);
    const bytes = await fileOf(halves(blue, red).png());
    await give(page, 'paste', { name: 'image.png', type: 'image/png', bytes });
    await changedProbabilities(page, before);
    await showsHalves([blue, red]);
  });

  test('a photo that is stored on its side stands upright; other kinds of pictures are read, too', async () => {
    const photo = await fileOf(halves().rotate(-90).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }));
    await give(page, 'drop', { name: 'photo.jpg', type: 'image/jpeg', bytes: photo });
    await showsHalves();
    await give(page, 'drop', {
      name: 'drawn.gif',
      type: 'image/gif',
      bytes: await fileOf(halves(blue, red).gif()),
    });
    await showsHalves([blue, red]);
    // What is transparent is white.
    const clear = await fileOf(
      sharp({ create: { width: 60, height: 60, channels: 4, background: '#c0000000' } }).png(),
    );
    await give(page, 'drop', { name: 'clear.png', type: 'image/png', bytes: clear });
    await showsHalves([
      [255, 255, 255],
      [255, 255, 255],
    ]);
  });

  test('a file that holds no picture gets a sentence, and the picture stays', async () => {
    const before = await drawn(stage());
    const whole = await fileOf(halves().png());
    const refused = [
      ['broken.png', 'image/png', whole.subarray(0, 60), /^broken\.png can’t be read as a picture/],
      ['letter.png', 'image/png', Buffer.from('Dear reader'), /^letter\.png can’t be read as a picture/],
      ['empty.png', 'image/png', Buffer.alloc(0), /^empty\.png is empty/],
      [
        'shape.svg',
        'image/svg+xml',
        Buffer.from('<svg/>'),
        /^shape\.svg is of the type image\/svg\+xml.*PNG/,
      ],
      ['notes.txt', 'text/plain', Buffer.from('none'), /^notes\.txt is of the type text\/plain.*PNG/],
      ['nameless', '', Buffer.from('none'), /^nameless can’t be read as a picture/],
    ] as const;
    for (const [name, type, bytes, sentence] of refused) {
      await give(page, 'drop', { name, type, bytes });
      await page.getByRole('alert').filter({ hasText: sentence }).waitFor();
    }
    assert.equal(await drawn(stage()), before);
  });

  test('the camera’s picture moves and with it the answer; it is held, and stopped', async () => {
    await page.getByRole('button', { name: 'Camera' }).click();
    await page.getByRole('button', { name: 'Hold' }).waitFor();
    const first = await drawn(stage());
    const answer = await probabilitiesOf(page);
    await until(async () => (await drawn(stage())) !== first, 'the film moves');
    await until(async () => distance(answer, await probabilitiesOf(page)) > 0, 'the answer moves');
    await page.getByRole('button', { name: 'Hold' }).click();
    const held = await drawn(stage());
    await page.waitForTimeout(400);
    assert.equal(await drawn(stage()), held);
    await page.getByRole('button', { name: 'Go on' }).click();
    await until(async () => (await drawn(stage())) !== held, 'the film goes on');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Hold' }).waitFor({ state: 'detached' });
  });

  test('a camera that may not be used gets a sentence', async () => {
    await page.context().clearPermissions();
    await page.getByRole('button', { name: 'Camera' }).click();
    await page.getByRole('alert').filter({ hasText: 'The camera may not be used.' }).waitFor();
  });

  test('a drawing is painted with the mouse, and undone', async () => {
    const before = await probabilitiesOf(page);
    await page.getByRole('button', { name: 'Draw', exact: true }).click();
    const blank = await changedProbabilities(page, before);
    await drag(page.locator('.stage'), [
      [0.2, 0.5],
      [0.8, 0.5],
    ]);
    const painted = await changedProbabilities(page, blank);
    assert.ok((await pixelAt(stage(), 0.5, 0.5))[0] < 60);
    await page.getByRole('button', { name: 'Undo' }).click();
    assert.ok(distance(blank, await changedProbabilities(page, painted)) < 1e-6);
  });

  test('with the keyboard', async () => {
    const blank = await probabilitiesOf(page);
    await page.locator('.stage').focus();
    // From the middle to the right without paint, a dab, then a line down.
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    for (let i = 0; i < 3; i++) await page.keyboard.press('Control+Shift+ArrowDown');
    const painted = await changedProbabilities(page, blank);
    for (const y of [0.5, 0.7, 0.85]) assert.ok((await pixelAt(stage(), 0.75, y))[0] < 60, `at ${y}`);
    assert.deepEqual(await pixelAt(stage(), 0.5, 0.5), [255, 255, 255]);
    await page.keyboard.press('Delete');
    assert.ok(distance(blank, await changedProbabilities(page, painted)) < 1e-6);
  });

  test('with a finger, which paints and does not scroll', async () => {
    const blank = await probabilitiesOf(page);
    await stroke(page, [
      [0.3, 0.2],
      [0.3, 0.5],
      [0.3, 0.8],
    ]);
    const painted = await changedProbabilities(page, blank);
    assert.ok((await pixelAt(stage(), 0.3, 0.65))[0] < 60);
    // The same finger covers.
    await page.getByRole('button', { name: 'Cover', exact: true }).click();
    await stroke(page, [
      [0.2, 0.1],
      [0.5, 0.4],
      [0.9, 0.9],
    ]);
    await changedProbabilities(page, painted);
    assert.deepEqual(await pixelAt(stage(), 0.6, 0.5), [128, 128, 128]);
  });

  test('no error, and nothing is asked of the network', () => {
    assert.deepEqual(opened.log, { errors: [], requests: [] });
  });
});

/** A picture of 400 × 200 pixels in two colours, left and right. */
function halves(left = red, right = blue): Sharp {
  const data = Buffer.alloc(400 * 200 * 3);
  for (let i = 0; i < data.length; i += 3) data.set(i % 1200 < 600 ? left : right, i);
  return sharp(data, { raw: { width: 400, height: 200, channels: 3 } });
}

/** A picture as a file of the kind that it is told to be. */
function fileOf(picture: Sharp): Promise<Uint8Array> {
  return picture.toBuffer();
}

/** Moves a finger over the picture. */
async function stroke(page: Page, points: readonly (readonly [number, number])[]): Promise<void> {
  const { x, y, width, height } = (await page.locator('.stage').boundingBox())!;
  const touches = points.map(([across, down]) => ({ x: x + across * width, y: y + down * height }));
  const session = await page.context().newCDPSession(page);
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', at: typeof touches) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: at });
  await send('touchStart', touches.slice(0, 1));
  for (const touch of touches.slice(1)) await send('touchMove', [touch]);
  await send('touchEnd', []);
  await session.detach();
}
