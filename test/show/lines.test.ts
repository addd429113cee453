import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LossAlong } from '../../lib/inspect';
import { lineFigure, lossAlongFigure } from '../../lib/show';
import { isLine } from '../../lib/show/figure';
import { figureText } from '../../lib/show/figure-text';

const along: LossAlong = {
  ...{ network: 'to a twin', dataset: 'built-in sample', images: 200 },
  points: [
    { at: 0, loss: 0.5, accuracy: 0.75 },
    { at: 0.5, loss: 2.5, accuracy: 0.25 },
    { at: 1, loss: 0.25, accuracy: 0.875 },
  ],
};

test('a path of weights has its loss on the left, its accuracy on the right, and one entry in the legend', () => {
  const { data, layout } = lossAlongFigure([along, { ...along, network: 'from the start' }], {
    title: 'Lines',
  });
  const lines = data.filter(isLine);
  assert.deepEqual(
    lines.map(({ name, xaxis, yaxis, showlegend, y }) => [name, xaxis, yaxis, showlegend, y]),
    [
      ['to a twin', 'x', 'y', true, [0.5, 2.5, 0.25]],
      ['to a twin', 'x2', 'y2', false, [0.75, 0.25, 0.875]],
      ['from the start', 'x', 'y', true, [0.5, 2.5, 0.25]],
      ['from the start', 'x2', 'y2', false, [0.75, 0.25, 0.875]],
    ],
  );
  assert.equal(lines[0].line.color, lines[1].line.color);
  assert.notEqual(lines[0].line.color, lines[2].line.color);
  assert.equal(layout.title.text, 'Lines, on built-in sample');
  assert.match(layout.title.subtitle?.text ?? '', /^200 training images/);
});

test('shares are written as percentages, other numbers as they are', () => {
  const lines = [{ name: 'a', x: [0, 4], y: [0.5, 0.125] }];
  const axes = { title: 'On built-in sample', x: 'ε', y: 'accuracy' };
  assert.match(figureText(lineFigure(lines, { ...axes, shares: true })), /4 +12\.5 %/);
  assert.match(figureText(lineFigure(lines, axes)), /4 +0\.125/);
});
