import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networks } from '../../lib/models';
import { cosine, describeRecipe, preciseStatistics, standardAugmentation, warmUp } from '../../lib/recipe';
import {
  accuracyAgainstCost,
  appearances,
  classBars,
  comparisonTable,
  costDots,
  gradientFigure,
  labelled,
  trainingCurves,
  type Figure,
} from '../../lib/show';
import { appearancesOf, variants } from '../../lib/show/palette';
import { figureOutput } from '../../lib/show/show';
import { networkResult, type NetworkResult } from '../../lib/lessons';
import { evaluation, history, parseXml, pictureOf } from './fixtures';

function result(network: string, values: Partial<NetworkResult> = {}): NetworkResult {
  return { network, depth: 5, parameters: 1000, multiplyAdds: 2e6, receptiveField: 9, ...values };
}

function forms(figure: Figure): { svg: string; text: string } {
  const output = figureOutput(figure);
  const svg = pictureOf(output['text/html'] as string);
  parseXml(svg);
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
  return { svg, text: output['text/plain'] };
}

/** Heights and lower edges of the bars of a picture. */
function bars(svg: string): { height: number; foot: number }[] {
  return [...svg.matchAll(/<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/g)].map(
    ([, y, height]) => ({
      height: Number(height),
      foot: Number(y) + Number(height),
    }),
  );
}

test('a row holds what the network costs, and what training and measuring came to', () => {
  const row = networkResult(networks.lenet5.build(), {
    history: history({ images: 100, seconds: 4 }),
    evaluation: { ...evaluation, accuracy: 0.25 },
    name: 'LeNet-5, seed 2',
  });
  assert.deepEqual(row, {
    network: 'LeNet-5, seed 2',
    depth: 5,
    parameters: 62_006,
    // 28²·5²·3·6 + 10²·5²·6·16 + 400·120 + 120·84 + 84·10
    multiplyAdds: 352_800 + 240_000 + 48_000 + 10_080 + 840,
    receptiveField: 16,
    dataset: 'built-in sample',
    accuracy: 0.25,
    recipe: 'Adam, constant rate, batch 32',
    learningRate: 0.001,
    epochs: 3,
    seconds: 4,
    imagesPerSecond: 25,
  });
});

test('a comparison names the recipe: above the table if all have the same, otherwise for each network', () => {
  const recipe = describeRecipe({
    ...history().recipe,
    schedule: warmUp(0.5, cosine()),
    augmentation: standardAugmentation,
    preciseStatistics: preciseStatistics(),
  });
  assert.equal(recipe, 'Adam, warm-up and cosine, batch 32, crop and flip, statistics re-estimated');
  const same = { recipe, dataset: 'built-in sample', accuracy: 0.5 };
  const [vgg, lenet] = [
    result('VGG16', { ...same, learningRate: 0.002 }),
    result('LeNet-5', { ...same, learningRate: 0.004 }),
  ];
  const labels = (...rows: NetworkResult[]): string[] =>
    comparisonTable(rows).columns.map(({ label }) => label);
  assert.equal(comparisonTable([vgg, lenet]).caption, `Networks on built-in sample · ${recipe}`);
  assert.ok(labels(vgg, lenet).includes('learning rate') && !labels(vgg, lenet).includes('recipe'));
  assert.ok(!labels(vgg, result('VGG16')).includes('learning rate'), 'one that was not trained has none');
  const other = comparisonTable([
    vgg,
    result('Baseline', { ...same, recipe: 'Adam, constant rate, batch 32' }),
  ]);
  assert.equal(other.caption, 'Networks on built-in sample');
  assert.ok(other.columns.some(({ label }) => label === 'recipe'));
});

test('a comparison has a column for what somebody measured, and a dash for who did not', () => {
  const { columns, rows, caption } = comparisonTable([
    result('Baseline', { accuracy: 0.5, dataset: 'built-in sample' }),
    result('VGG16'),
  ]);
  assert.equal(caption, 'Networks on built-in sample');
  assert.equal(columns.at(-1)?.label, 'test accuracy');
  assert.deepEqual(
    rows.map((row) => row.at(-1)),
    ['50.0 %', '–'],
  );
  assert.ok(!comparisonTable([result('VGG16')]).columns.some(({ label }) => label === 'test accuracy'));
});

test('costs on a logarithmic axis: equal factors, equal steps, each with its number', () => {
  const results = ['Baseline', 'VGG16', 'ResNet18'].map((name, i) =>
    result(name, { parameters: 1000 * 100 ** i }),
  );
  const { svg, text } = forms(costDots(results, 'parameters'));
  const [first, second, third, ...others] = [
    ...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="6"/g),
  ].map(([, x, y]) => ({ x: Number(x), y: Number(y) }));
  assert.equal(others.length, 0);
  assert.ok(first.y - second.y > 20 && Math.abs(first.y - second.y - (second.y - third.y)) < 0.3);
  assert.ok(first.x < second.x && second.x < third.x);
  assert.match(text, /\nVGG16: 100k +/);
});

test('points: more accuracy stands higher, more cost further right, each network in its colour', () => {
  const results = [
    result('Baseline', { accuracy: 0.5, parameters: 1e5, dataset: 'built-in sample' }),
    result('VGG16', { accuracy: 0.9, parameters: 1e7, dataset: 'built-in sample' }),
    result('ResNet18'),
  ];
  const figure = accuracyAgainstCost(results, 'parameters');
  const { svg, text } = forms(figure);
  const [low, high, ...others] = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="6" fill="(.*?)"/g)];
  assert.equal(others.length, 0, 'a network without accuracy has no point');
  assert.ok(Number(low[1]) < Number(high[1]) && Number(low[2]) > Number(high[2]));
  assert.deepEqual([low[3], high[3]], [appearances['Baseline'].colour, appearances['VGG16'].colour]);
  assert.match(figure.layout.title.text, /on built-in sample$/);
  assert.match(text, /\nVGG16 +10M +90\.0 %$/);
});

test('a point of several seeds has its deviation as a line; close neighbours bear their names apart', () => {
  const on = { dataset: 'built-in sample', parameters: 1e5, multiplyAdds: 1, seconds: 1 };
  const figure = accuracyAgainstCost(
    [
      { ...on, network: 'Baseline', accuracy: 0.5, deviation: 0.02 },
      { ...on, network: 'LeNet-5', accuracy: 0.51, parameters: 1.1e5, deviation: NaN },
      { ...on, network: 'VGG16', accuracy: 0.9, parameters: 1e7 },
    ],
    'parameters',
  );
  const { svg } = forms(figure);
  const lines = [
    ...svg.matchAll(/<path fill="none" stroke="(.*?)" stroke-width="1.5" d="M([\d.]+) ([\d.]+)V([\d.]+)/g),
  ];
  assert.equal(lines.length, 1);
  const [, colour, x, low, high] = lines[0];
  const [, cx, cy] = /<circle cx="([\d.]+)" cy="([\d.]+)"/.exec(svg)!;
  assert.deepEqual([colour, x], [appearances['Baseline'].colour, cx]);
  assert.ok(Math.abs((Number(low) + Number(high)) / 2 - Number(cy)) < 0.2 && Number(low) > Number(high));
  assert.deepEqual(
    figure.data.map((trace) => 'textposition' in trace && trace.textposition),
    ['bottom right', 'top right', 'top left'],
  );
  assert.match(figure.layout.title.subtitle!.text, /standard deviation over seeds/);
});

test('bars by class begin at zero, networks side by side; what was never called has no precision', () => {
  const report = (name: string, recall: number, precision: number): object => ({
    ...{ name, recall, precision, f1: 0, images: 4 },
  });
  const classes = [report('circle', 0.5, NaN), report('ring', 1, 1)] as never;
  const two = classBars([
    { ...evaluation, classes },
    { ...evaluation, network: 'VGG16', classes },
  ]);
  // Signs of the legend are paths, so that each rect is a bar.
  const drawn = bars(forms(two).svg);
  assert.equal(drawn.length, 4);
  assert.ok(Math.abs(2 * drawn[0].height - drawn[1].height) < 0.3);
  assert.equal(bars(forms(classBars({ ...evaluation, classes }, 'precision')).svg).length, 1);
});

test('gradients: layers from the image on, and a gap where a gradient is zero', () => {
  const norms = {
    ...{ network: 'LeNet-5', dataset: 'built-in sample', images: 8 },
    layers: [1e-4, 0, 1].map((norm, i) => ({ layer: `layer${i}`, norm, relative: norm })),
  };
  const { svg, text } = forms(gradientFigure(norms));
  assert.equal([...svg.matchAll(/<circle/g)].length, 2);
  assert.match(text, /\n +2 +–\n/);
});

test('variants of a network get colours of their own, a lone variant that of its network', () => {
  const figure = trainingCurves(
    [history(), labelled(history(), 'learning rate 0.1'), labelled(history(), 'slow')],
    {
      title: 'Learning rates',
    },
  );
  const colours = new Set(figure.data.map((trace) => 'line' in trace && trace.line.color));
  assert.deepEqual([...colours], [appearances['Baseline'].colour, variants[0].colour, variants[1].colour]);
  assert.equal(figure.layout.title.text, 'Learning rates, on built-in sample');
  assert.equal(appearancesOf(['VGG16, width 0.5', 'Baseline']).get('VGG16, width 0.5'), appearances['VGG16']);
  assert.notEqual(appearancesOf(['VGG16, width 0.5', 'VGG16']).get('VGG16, width 0.5'), appearances['VGG16']);
  const looks = appearancesOf(['VGG16, width 0.5, augmented', 'VGG16, width 0.5', 'Baseline']);
  assert.deepEqual([...looks.values()], [variants[0], appearances['VGG16'], appearances['Baseline']]);
  const widths = appearancesOf(['VGG16, width 0.5', 'VGG16, width 0.25']);
  assert.deepEqual([...widths.values()], [variants[0], variants[1]]);
});

test('thirty variants look different from each other, by colour or by sign', () => {
  const names = Array.from({ length: 30 }, (_, i) => `own ${i}`);
  const looks = [...appearancesOf(names).values()].map(({ colour, symbol }) => `${colour} ${symbol}`);
  assert.equal(new Set(looks).size, 30);
});

test('a legend of several rows pushes the panels down, and does not run into the title', () => {
  const names = ['AlexNet8', 'VGG16', 'ResNet18', 'Inception10'].map(
    (name) => `${name}, width 0.25, augmented`,
  );
  const heading = (text: string) => (svg: string) =>
    Number(new RegExp(` y="([\\d.]+)"[^>]*>${text}`).exec(svg)?.[1]);
  const [one, many] = [names.slice(0, 2), names].map((some) => {
    const { svg } = forms(trainingCurves(some.map((name) => labelled(history(), name))));
    return {
      subtitle: heading('solid: ')(svg),
      legend: heading(some[0] + '</text>')(svg),
      height: heading('epoch')(svg),
    };
  });
  assert.ok(one.legend > one.subtitle + 12 && many.legend > many.subtitle + 12);
  assert.ok(many.height > one.height);
});
