/** What is done to a picture before a network sees it, the address, and how a network's picture is laid out. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Random } from '../../lib/data/random';
import { edited, type Edits, noEdits, pointBeneath } from '../../lib/play/page/state/edits';
import {
  blankRaster,
  centredFrame,
  frameInside,
  type Raster,
  scaled,
  wholeFrame,
} from '../../lib/play/page/state/raster';
import { formatRoute, parseRoute } from '../../lib/play/page/state/route';
import { painted } from '../../lib/play/page/state/strokes';
import { groupsOf } from '../../lib/play/page/view/network/groups';
import { layOut, type Node } from '../../lib/play/page/view/network/layout';

const shape = [32, 32, 3] as const;
const grain = 4;

function noise(width: number, height: number): Raster {
  const random = new Random(1);
  const raster = blankRaster(width, height);
  for (let i = 0; i < raster.data.length; i++) {
    if (i % 4 !== 3) raster.data[i] = Math.floor(random.between(0, 256));
  }
  return raster;
}

/** As the page prepares a picture. */
function prepared(raster: Raster, some: Partial<Edits> = {}): Float32Array {
  const base = scaled(raster, wholeFrame(raster), 32 * grain, 32 * grain);
  return edited(base, { ...noEdits, ...some }, shape).values;
}

const picture = noise(32, 32);
const at = (values: Float32Array, x: number, y: number): number[] =>
  Array.from(values.subarray((y * 32 + x) * 3, (y * 32 + x) * 3 + 3));
const original = (x: number, y: number): number[] =>
  [0, 1, 2].map((c) => Math.fround(picture.data[(y * 32 + x) * 4 + c] / 255));

describe('a picture on its way to a network', () => {
  test('is the very picture if nothing is done to it', () => {
    const values = prepared(picture);
    for (let y = 0; y < 32; y++) {
      for (let x = 0; x < 32; x++) assert.deepEqual(at(values, x, y), original(x, y), `${x}, ${y}`);
    }
  });

  test('moves by whole pixels, and shows grey where it was', () => {
    const values = prepared(picture, { moveX: 3, moveY: -2 });
    assert.deepEqual(at(values, 13, 8), original(10, 10));
    assert.deepEqual(at(values, 2, 8), [0.5, 0.5, 0.5]);
  });

  test('turns clockwise, and mirrors before it turns', () => {
    assert.deepEqual(at(prepared(picture, { turn: 90 }), 31, 0), original(0, 0));
    assert.deepEqual(at(prepared(picture, { mirrored: true }), 0, 5), original(31, 5));
    assert.deepEqual(at(prepared(picture, { mirrored: true, turn: 90 }), 31, 31), original(0, 0));
  });

  test('a point on it is found beneath any edit', () => {
    const edits = { ...noEdits, moveX: 4, moveY: -3, turn: 90, mirrored: true };
    const [x, y] = pointBeneath(20.5, 11.5, edits, shape);
    const values = prepared(picture, edits);
    assert.deepEqual(at(values, 20, 11), original(Math.floor(x), Math.floor(y)));
  });

  test('brightens and loses contrast, between 0 and 1', () => {
    const bright = prepared(picture, { brightness: 0.3 });
    assert.deepEqual(
      at(bright, 4, 4).map((value) => value.toFixed(5)),
      original(4, 4).map((value) => Math.min(1, value + 0.3).toFixed(5)),
    );
    assert.ok(prepared(picture, { contrast: 0 }).every((value) => value === 0.5));
  });

  test('blurs without getting brighter', () => {
    const mean = (values: Float32Array): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = (values: Float32Array): number =>
      Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / values.length);
    const blurred = prepared(picture, { blur: 2 });
    assert.ok(Math.abs(mean(blurred) - mean(prepared(picture))) < 0.02);
    assert.ok(deviation(blurred) < deviation(prepared(picture)) / 4);
  });

  test('is hidden where it is covered, and only there', () => {
    const values = prepared(picture, { covers: [{ x: 30, y: 4, width: 8, height: 2 }] });
    assert.deepEqual(at(values, 31, 5), [0.5, 0.5, 0.5]);
    assert.deepEqual(at(values, 31, 6), original(31, 6));
    assert.deepEqual(at(values, 29, 5), original(29, 5));
  });

  test('is scaled down by the mean of what each pixel covers', () => {
    const large = noise(64, 64);
    const small = scaled(large, wholeFrame(large), 32, 32);
    const mean = [0, 1].flatMap((y) => [0, 1].map((x) => large.data[(y * 64 + x) * 4]));
    assert.ok(Math.abs(small.data[0] - mean.reduce((sum, value) => sum + value) / 4) <= 1);
  });

  test('gives a network without colours one channel', () => {
    const { channels, values } = edited(scaled(picture, wholeFrame(picture), 32, 32), noEdits, [32, 32, 1]);
    assert.equal(channels, 1);
    assert.equal(values.length, 32 * 32);
  });

  test('is painted on once where a stroke crosses itself', () => {
    const points = [
      [0.2, 0.5],
      [0.8, 0.5],
      [0.2, 0.5],
    ] as const;
    const drawn = painted(blankRaster(64, 64), [{ colour: [0, 0, 0], size: 0.25, points }]);
    assert.equal(drawn.data[(32 * 64 + 32) * 4], 0);
    assert.equal(drawn.data[(10 * 64 + 32) * 4], 255);
  });

  test('frames stay inside the picture and keep their shape', () => {
    const wide = blankRaster(200, 100);
    assert.deepEqual(centredFrame(wide, 1), { x: 50, y: 0, width: 100, height: 100 });
    assert.deepEqual(frameInside({ x: 150, y: -20, width: 80, height: 80 }, wide), {
      x: 120,
      y: 0,
      width: 80,
      height: 80,
    });
    assert.deepEqual(frameInside({ x: 0, y: 0, width: 300, height: 300 }, wide).height, 100);
  });
});

describe('the address', () => {
  test('names the tab, up to two networks, and details', () => {
    const route = { tab: 'why', networks: ['a run, again', 'vgg16'] } as const;
    const hash = formatRoute(route, { picture: '3', layer: 'conv/1' });
    assert.deepEqual(parseRoute(hash), { ...route, details: { picture: '3', layer: 'conv/1' } });
    assert.equal(formatRoute({ tab: 'look', networks: ['lenet5'] }), '#look/lenet5');
    assert.equal(formatRoute({ tab: 'train', networks: [] }, { layer: undefined }), '#train');
  });

  test('that is nonsense leads to the first tab', () => {
    assert.deepEqual(parseRoute('#nowhere/%/?picture'), {
      tab: 'look',
      networks: ['%'],
      details: { picture: '' },
    });
    assert.deepEqual(parseRoute(''), { tab: 'look', networks: [], details: {} });
  });
});

const layer = (name: string, className: string, ...inputs: string[]) => ({
  name,
  className,
  inputs,
  outputShape: [8, 8, 4],
  settings: {},
  parameters: 0,
});

describe("a network's picture", () => {
  const residual = [
    layer('image', 'InputLayer'),
    layer('conv1', 'Conv2D', 'image'),
    layer('bn1', 'BatchNormalization', 'conv1'),
    layer('relu1', 'Activation', 'bn1'),
    layer('conv2', 'Conv2D', 'relu1'),
    layer('add', 'Add', 'conv2', 'relu1'),
    layer('relu2', 'Activation', 'add'),
  ];

  test('joins a layer with those that finish its work, but none whose output goes elsewhere, too', () => {
    const groups = groupsOf(residual, true);
    assert.deepEqual(
      groups.map(({ id, layers, inputs }) => [id, layers.length, inputs]),
      [
        ['image', 1, []],
        ['conv1', 3, ['image']],
        ['conv2', 1, ['conv1']],
        ['add', 2, ['conv2', 'conv1']],
      ],
    );
    assert.equal(groupsOf(residual, false).length, residual.length);
  });

  const sizes = { sizeOf: () => ({ along: 10, across: 20 }), gapAlong: 5, gapAcross: 4 };

  test('runs straight, with shortcuts past the boxes that they skip', () => {
    const { boxes, routes } = layOut(groupsOf(residual, true), sizes);
    assert.equal(new Set(boxes.map(({ startAcross }) => startAcross.toFixed(3))).size, 1);
    assert.deepEqual(
      boxes.map(({ startAlong }) => startAlong),
      [0, 15, 30, 45],
    );
    const shortcut = routes.find(({ from, to }) => from === 'conv1' && to === 'add')!;
    const conv2 = boxes.find(({ id }) => id === 'conv2')!;
    for (const [along, across] of shortcut.points.slice(1, -1)) {
      assert.ok(along >= 30 && along <= 40, String(along));
      assert.ok(across < conv2.startAcross || across > conv2.startAcross + conv2.across, String(across));
    }
  });

  test('puts branches beside one another, and nothing over anything', () => {
    const nodes: Node[] = [
      { id: 'in', inputs: [] },
      ...['a', 'b', 'c', 'd'].map((id) => ({ id, inputs: ['in'] })),
      { id: 'b2', inputs: ['b'] },
      { id: 'c2', inputs: ['c'] },
      { id: 'join', inputs: ['a', 'b2', 'c2', 'd'] },
    ];
    const { boxes, across } = layOut(nodes, sizes);
    for (const one of boxes) {
      assert.ok(one.startAcross >= 0 && one.startAcross + one.across <= across);
      for (const other of boxes) {
        if (one === other || one.step !== other.step) continue;
        const distance = Math.abs(one.startAcross - other.startAcross);
        assert.ok(distance >= 24 - 1e-6, `${one.id} and ${other.id} are ${distance} apart`);
      }
    }
    assert.deepEqual(
      boxes.filter(({ step }) => step === 1).map(({ id }) => id),
      ['a', 'b', 'c', 'd'],
    );
  });
});
