import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accuracyByImages, appearances, labelled, reliabilityFigure, type Figure } from '../../lib/show';
import { imagesSeen } from '../../lib/show/images-seen';
import { figureOutput } from '../../lib/show/show';
import { isLine, type LineTrace } from '../../lib/show/figure';
import { calibration } from '../../lib/study';
import { history, parseXml, pictureOf, row } from './fixtures';

const lines = ({ data }: Figure): LineTrace[] => data.filter(isLine);

function picture(figure: Figure): string {
  const svg = pictureOf(figureOutput(figure)['text/html'] as string);
  parseXml(svg);
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
  return svg;
}

test('a reliability diagram: accuracy at the mean confidence of each bin, a gap where images are few', () => {
  // Three images at 0.55, one at 0.75, four at 0.95.
  const confidences = [0.55, 0.55, 0.55, 0.75, 0.95, 0.95, 0.95, 0.95];
  const right = [true, false, false, true, true, true, true, false];
  const own = {
    ...calibration(confidences, right),
    network: 'VGG16, width 0.25',
    dataset: 'built-in sample',
  };
  const figure = reliabilityFigure([own], { least: 2 });
  const [honest, accuracy, shares, ...others] = lines(figure);
  assert.equal(others.length, 0);
  assert.deepEqual([honest.x, honest.y], [honest.y, honest.x]);
  assert.equal(accuracy.name, 'VGG16, width 0.25');
  assert.deepEqual(
    accuracy.x.map((x) => Math.round(x * 100)),
    [55, 75, 95],
  );
  assert.deepEqual(accuracy.y, [1 / 3, null, 3 / 4]);
  assert.deepEqual(
    [shares.x.length, shares.y[5], shares.y[7], shares.y[9], shares.y[0]],
    [10, 3 / 8, 1 / 8, 4 / 8, 0],
  );
  assert.equal(accuracy.line.color, appearances['VGG16'].colour);
  assert.match(figure.layout.title.text, /built-in sample/);
  assert.match(figure.layout.xaxis.title.text, /2 images or more/);
  const circles = [...picture(figure).matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="4"/g)];
  // The gap has no point on the left; all bins have one on the right.
  assert.equal(circles.length, 2 + 10);
});

test('accuracy by images: epochs of different lengths on one axis, nothing for a network without validation', () => {
  const short = row(1, { seconds: 2, imagesPerSecond: 500, valAccuracy: 0.5 });
  const long = row(2, { seconds: 6, imagesPerSecond: 500, valAccuracy: null });
  assert.deepEqual(imagesSeen([short, long]), [1000, 4000]);
  const figure = accuracyByImages(
    [
      labelled(history({ epochs: [short, long] }), 'quick starter'),
      history(),
      history({ network: 'unseen', recipe: { ...history().recipe, validation: 'none' } }),
    ],
    'Two networks',
  );
  assert.deepEqual(
    lines(figure).map(({ name, x, y }) => [name, x, y]),
    [
      ['quick starter', [1000, 4000], [0.5, null]],
      ['Baseline', [5000, 10000, 15000], [0.2, 0.1 + 0.2, 0.4]],
    ],
  );
  assert.equal(figure.layout.title.text, 'Two networks, on built-in sample');
  picture(figure);
});
