import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appearances, confusionFigure, show, trainingCurves, type Figure } from '../../lib/show';
import { meanSquaredError } from '../../lib/recipe';
import { isLine } from '../../lib/show/figure';
import { evaluation, history, inNotebook, inTerminal, parseXml, pictureOf, row } from './fixtures';

const plotlyType = 'application/vnd.plotly.v1+json';

async function shownFigure(figure: Figure): Promise<{ html: string; text: string; json: string }> {
  const [{ bundle }, ...others] = await inNotebook(() => {
    show(figure);
  });
  assert.equal(others.length, 0);
  return {
    html: bundle['text/html'] as string,
    text: bundle['text/plain'] as string,
    json: JSON.stringify(bundle[plotlyType]),
  };
}

test('curves: training dashed, validation solid, accuracy and loss in panels of their own', () => {
  const { data } = trainingCurves(history());
  const lines = data.map((trace) => isLine(trace) && [trace.name, trace.yaxis, trace.line.dash, trace.y]);
  assert.deepEqual(lines, [
    ['training', 'y', 'dash', [0.30000000000000004, 0.4, 0.5]],
    ['test set', 'y', 'solid', [0.2, 0.30000000000000004, 0.4]],
    ['training', 'y2', 'dash', [1.9, 1.8, 1.7]],
    ['test set', 'y2', 'solid', [2, 1.9000000000000001, 1.8]],
  ]);
});

test('the axis of the loss shows it without penalties, and says so if it cannot', () => {
  const lossesOf = (values: Parameters<typeof row>[1], loss = history().recipe.loss): unknown[] => {
    const figure = trainingCurves(
      history({ epochs: [row(1, values)], recipe: { ...history().recipe, loss } }),
    );
    const lines = figure.data.flatMap((trace) => (isLine(trace) && trace.yaxis === 'y2' ? trace.y : []));
    return [figure.layout.yaxis2?.title.text, ...lines];
  };
  const sums = { loss: 2.5, valLoss: 2.75 };
  assert.deepEqual(lossesOf({ ...sums, penalty: 0.5, valPenalty: 0.25 }), [
    'loss (cross-entropy, nats)',
    2,
    2.5,
  ]);
  assert.deepEqual(lossesOf({ ...sums, penalty: undefined, valPenalty: undefined }), [
    'loss (cross-entropy, nats, with any penalty on weights)',
    2.5,
    2.75,
  ]);
  assert.deepEqual(lossesOf(sums, meanSquaredError()), ['loss (mean squared error)', 2.5, 2.75]);
});

test('the axis reaches to the last epoch to come, so that a growing curve stays in place', () => {
  const range = trainingCurves(history({ epochs: [row(1)] })).layout.xaxis.range;
  assert.ok(range && range[0] < 1 && range[1] > 3, String(range));
});

test('several networks: one colour and one entry in the legend each', () => {
  const { data, layout } = trainingCurves([history(), history({ network: 'VGG16' })]);
  const lines = data.flatMap((trace) => (isLine(trace) ? [trace] : []));
  assert.deepEqual(
    lines.filter((line) => line.showlegend).map((line) => [line.name, line.line.color]),
    [
      ['Baseline', appearances['Baseline'].colour],
      ['VGG16', appearances['VGG16'].colour],
    ],
  );
  assert.match(layout.title.text, /Baseline, VGG16 on built-in sample/);
  assert.match(layout.title.subtitle?.text ?? '', /solid: test set, dashed: training/);
});

test('without validation there is one line a panel; with a split its name says so', () => {
  const { recipe } = history();
  const names = (validation: (typeof recipe)['validation']): string[] =>
    trainingCurves(history({ recipe: { ...recipe, validation } })).data.map((trace) =>
      trace.type === 'scatter' ? trace.name : '',
    );
  assert.deepEqual(names('none'), ['training', 'training']);
  assert.equal(names({ split: 0.1 })[1], 'held-out 10 %');
});

test('every form of a figure names the built-in sample where it was used', async () => {
  for (const figure of [trainingCurves(history()), confusionFigure(evaluation)]) {
    const { html, text, json } = await shownFigure(figure);
    for (const form of [pictureOf(html), html, text, json]) assert.match(form, /on built-in sample/);
  }
});

test('confusion: colours by share of the true class, counts in the cells', () => {
  const [heatmap] = confusionFigure(evaluation).data;
  assert.ok(heatmap.type === 'heatmap');
  assert.deepEqual(heatmap.z, [
    [0.75, 0.25, 0],
    [0, 1, 0],
    [1, 0, 0],
  ]);
  assert.deepEqual(heatmap.text, [
    ['3', '1', ''],
    ['', '4', ''],
    ['2', '', ''],
  ]);
});

test('in the still picture, names of any length leave room for the cells', async () => {
  const long = evaluation.classNames.map((name) => name.padEnd(150, '-very'));
  const [plain, wide] = await Promise.all(
    [evaluation, { ...evaluation, classNames: long }].map(async (each) => {
      const svg = pictureOf((await shownFigure(confusionFigure(each))).html);
      const sizes = [...svg.matchAll(/<rect [^>]*width="([-\d.]+)" height="([-\d.]+)"/g)];
      return { svg, sizes: sizes.flatMap(([, width, height]) => [Number(width), Number(height)]) };
    }),
  );
  assert.equal(wide.sizes.length, plain.sizes.length);
  assert.ok(Math.min(...wide.sizes) > 20, String(Math.min(...wide.sizes)));
  assert.match(wide.svg, />[^<]{29}…</);
});

test('the still picture puts larger values higher and equal epochs above each other', async () => {
  const figure = trainingCurves(history({ epochs: [row(1), row(2), row(3, { valAccuracy: 0.9 })] }));
  const svg = pictureOf((await shownFigure(figure)).html);
  const dots = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);
  assert.equal(dots.length, 12);
  const [training, validation] = [dots.slice(0, 3), dots.slice(3, 6)];
  assert.deepEqual(
    training.map(([x]) => x),
    validation.map(([x]) => x),
  );
  // Training accuracy 0.3, 0.4, 0.5; test accuracy 0.2, 0.3, 0.9: further down is larger in SVG.
  assert.ok(validation[0][1] > training[0][1], 'below at epoch 1');
  assert.ok(validation[2][1] < training[2][1], 'above at epoch 3');
  assert.equal(validation[1][1], training[0][1], '0.3 and 0.3 stand equally high');
});

test('an epoch without validation leaves a gap in the picture and a dash in the text', async () => {
  const figure = trainingCurves(history({ epochs: [row(1), row(2, { valLoss: null, valAccuracy: null })] }));
  const { html, text } = await shownFigure(figure);
  assert.equal([...pictureOf(html).matchAll(/<circle/g)].length, 6);
  assert.match(text.split('\n').at(-1) ?? '', /^ *2 +40\.0 % +– +1\.800 +–$/);
});

test('pictures are well-formed, whatever a class is called', async () => {
  const classNames = ['<script>alert(1)</script>', '"ring" & co', "dot's"];
  const { html } = await shownFigure(confusionFigure({ ...evaluation, classNames }));
  const names = parseXml(pictureOf(html));
  assert.equal(names.filter((name) => name === 'rect').length, 9);
  assert.ok(!names.includes('script') && !html.includes('<script'));
  assert.deepEqual(parseXml(html.replace('style="max-width:100%">', 'style=""/>')), ['img']);
});

test('a figure before its first epoch can be shown as well', async () => {
  const { html } = await shownFigure(trainingCurves(history({ epochs: [] })));
  assert.doesNotMatch(pictureOf(html), /NaN|Infinity|undefined/);
  parseXml(pictureOf(html));
});

test('figures are small: a notebook of ten stays far below a megabyte', async () => {
  const epochs = Array.from({ length: 10 }, (_, i) => row(i + 1, { loss: Math.sqrt(i + 2) }));
  const names = Array.from({ length: 10 }, (_, i) => `horizontal stripes ${i}`);
  const confusion = names.map((_, r) => names.map((__, c) => 17 * r + c));
  for (const [figure, limit] of [
    [trainingCurves(history({ epochs, recipe: { ...history().recipe, epochs: 10 } })), 16_000],
    [confusionFigure({ ...evaluation, classNames: names, confusion }), 40_000],
  ] as const) {
    const { html, text, json } = await shownFigure(figure);
    assert.ok(
      html.length + text.length + json.length < limit,
      `${html.length} ${text.length} ${json.length}`,
    );
  }
});

test('a terminal gets the numbers', async () => {
  const curves = await inTerminal(() => {
    show(trainingCurves(history()));
  });
  assert.match(curves, /^Baseline on built-in sample\n/);
  assert.match(curves, /\n +3 +50\.0 % +40\.0 % +1\.700 +1\.800\n$/);
  const confusion = await inTerminal(() => {
    show(confusionFigure(evaluation));
  });
  assert.match(confusion, /10 test images, 70\.0 % correct/);
  assert.match(confusion, /\ncircle +3 +1 +·\n/);
});

test('a spike of the loss does not flatten the curves, and the subtitle tells of it', () => {
  const losses = [2.3, 2, 1.8, 80, 1.6, 1.5, 1.4, 1.3, 1.25, 1.2];
  const epochs = losses.map((loss, i) => row(i + 1, { loss, valLoss: loss + 0.1 }));
  const spiked = trainingCurves(history({ epochs, recipe: { ...history().recipe, epochs: 10 } }));
  const [low, high] = spiked.layout.yaxis2!.range!;
  assert.ok(low > 0.9 && low < 1.2 && high > 2 && high < 3, `${low} to ${high}`);
  assert.equal(spiked.layout.title.subtitle?.text, 'above the loss axis: 2 values, up to 80.1');
  // The values are still there.
  assert.ok(spiked.data.some((trace) => isLine(trace) && trace.y.includes(80)));
  // A loss that falls fast is no spike.
  const falling = losses.map((_, i) => row(i + 1, { loss: 2.3 * 0.6 ** i, valLoss: 2.4 * 0.6 ** i }));
  assert.equal(trainingCurves(history({ epochs: falling })).layout.yaxis2!.range, undefined);
});
