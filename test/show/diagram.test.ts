import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networks } from '../../lib/models';
import { structure } from '../../lib/models/structure';
import { diagramOutput } from '../../lib/show/diagram';
import { layOut, type Box } from '../../lib/show/diagram/layout';
import { parseXml, pictureOf } from './fixtures';

function boxes(name: keyof typeof networks): Box[] {
  const { parts } = layOut(structure(networks[name].build()), 'image');
  return parts.filter((part): part is Box => part.kind === 'box');
}

test('no two boxes of a diagram overlap, and none reaches out of the picture', () => {
  for (const [name, { build }] of Object.entries(networks)) {
    const { width, height } = layOut(structure(build()), 'image');
    const all = boxes(name as keyof typeof networks);
    all.forEach((a, i) => {
      assert.ok(a.x - a.width / 2 >= 0 && a.x + a.width / 2 <= width, `${name}: ${a.title} stands out`);
      assert.ok(a.top >= 0 && a.top + a.height <= height, `${name}: ${a.title} stands out`);
      for (const b of all.slice(i + 1)) {
        const beside = Math.abs(a.x - b.x) >= (a.width + b.width) / 2;
        const below = a.top + a.height <= b.top || b.top + b.height <= a.top;
        assert.ok(beside || below, `${name}: ${a.title} and ${b.title}`);
      }
    });
  }
});

test('a diagram is as wide as a page at most', () => {
  for (const { title, build } of Object.values(networks)) {
    const { width, height } = layOut(structure(build()), 'image');
    assert.ok(width <= 980 && height <= 900, `${title}: ${width} × ${height}`);
  }
});

test('boxes say what a layer is, from its own settings', () => {
  const titles = boxes('alexnet8').map(({ title, detail, times }) => [title, detail, times]);
  assert.deepEqual(titles, [
    ['conv 3×3, 96', 'BN · ReLU', 1],
    ['max-pool 3×3 /2', '', 1],
    ['conv 3×3, 256', 'BN · ReLU', 1],
    ['max-pool 3×3 /2', '', 1],
    ['conv 3×3, 384', 'ReLU', 2],
    ['conv 3×3, 256', 'ReLU', 1],
    ['max-pool 3×3 /2', '', 1],
    ['flatten', '', 1],
    ['dense 2048', 'ReLU · dropout 0.5', 2],
    ['dense 10', 'softmax', 1],
  ]);
});

test('a page gets a well-formed picture, a terminal gets lines with the shapes', () => {
  const { 'text/html': html, 'text/plain': text } = diagramOutput(networks.resnet18.build());
  assert.ok(parseXml(pictureOf(html as string)).includes('rect'));
  assert.match(text, /^ResNet18: image 32×32×3 to 10 classes\n/);
  assert.match(text, /\n2 × ┌ way 1\n/);
  assert.match(text, /├ way 2\n +│ +unchanged\n +└ add · ReLU +32×32×64\n/);
  assert.match(text, /\ndense 10 · softmax +10$/);
});
