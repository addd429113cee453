import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accuracyOverSeeds, liveSweep, recallFigure, sweepCurves, sweepFigure } from '../../lib/show';
import { isDots, type DotTrace, type Figure } from '../../lib/show/figure';
import { figureText } from '../../lib/show/figure-text';
import { figureSvg } from '../../lib/show/svg';
import type { SeededResult, Sweep } from '../../lib/study';
import type { LessonResult } from '../../lib/lessons';
import { evaluation, history, inNotebook, inTerminal, parseXml, row } from './fixtures';

const point = (
  setting: string,
  accuracies: readonly number[],
  failure: string | null = null,
): Sweep['points'][0] => ({
  ...{ setting, parameters: 10, failure },
  runs: accuracies.map((valAccuracy, i) => ({
    seed: i + 1,
    history: history({ epochs: [row(1), row(2), row(3, { valAccuracy })] }),
  })),
});

const sweep: Sweep = {
  ...{ study: 'batch size', network: 'Baseline', dataset: 'built-in sample', runs: 6, interrupted: false },
  points: [point('8', [0.3, 0.5]), point('32', [0.6, 0.6]), point('512', [], 'The loss is no number.')],
};

const dots = ({ data }: Figure): DotTrace[] => data.filter(isDots);

test('a sweep: training, each seed, and the mean with its deviation, over names and not numbers', () => {
  const figure = sweepFigure(sweep);
  const [training, seeds, means] = dots(figure);
  assert.equal(figure.layout.xaxis.type, 'category');
  assert.deepEqual(
    [training.x, training.y],
    [
      ['8', '32'],
      [0.5, 0.5],
    ],
  );
  assert.deepEqual(
    [seeds.x, seeds.y],
    [
      ['8', '8', '32', '32'],
      [0.3, 0.5, 0.6, 0.6],
    ],
  );
  assert.deepEqual(
    [means.x, means.y],
    [
      ['8', '32'],
      [0.4, 0.6],
    ],
  );
  const [wide, none] = means.error_y?.array ?? [];
  assert.ok(Math.abs(wide - Math.sqrt(0.02)) < 1e-12 && none === 0);
  assert.match(figure.layout.title.text, /Baseline on built-in sample: batch size/);
  assert.match(figure.layout.title.subtitle?.text ?? '', /the loss was no number any more: 512/);
});

test('with a single seed there is no spread to show', () => {
  const figure = sweepFigure({ ...sweep, points: [point('8', [0.3])] });
  assert.deepEqual(
    dots(figure).map(({ name, error_y }) => [name, error_y]),
    [
      ['training, last epoch', undefined],
      ['validation', undefined],
    ],
  );
});

test('the still picture: names below, higher is better, a bar as long as the deviation on both sides', () => {
  const svg = figureSvg(sweepFigure(sweep));
  parseXml(svg);
  assert.doesNotMatch(svg, /NaN|undefined/);
  for (const name of ['8', '32']) assert.match(svg, new RegExp(`<text [^>]*>${name}</text>`));
  const heights = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="5.5"/g)].map(([, , y]) =>
    Number(y),
  );
  assert.equal(heights.length, 2);
  assert.ok(heights[1] < heights[0], 'the better one stands higher');
  const [, low, high] = /M[\d.]+ ([\d.]+)V([\d.]+)/.exec(svg) ?? [];
  assert.ok(Math.abs((Number(low) + Number(high)) / 2 - heights[0]) < 0.2, 'the bar is centred on the mean');
  assert.ok(Number(low) > heights[0]);
});

test('as text: a row a setting', () => {
  const text = figureText(sweepFigure(sweep));
  assert.match(text, /^8 +50\.0\s%  30\.0\s%, 50\.0\s% +40\.0\s% ± 14\.1\s%$/m);
});

test('the curves of a sweep are named by their settings', () => {
  const { data, layout } = sweepCurves(sweep);
  const names = data.flatMap((trace) =>
    trace.type === 'scatter' && 'showlegend' in trace && trace.showlegend ? [trace.name] : [],
  );
  assert.deepEqual(names, ['8', '32']);
  assert.match(layout.title.text, /Baseline: batch size, on built-in sample/);
});

test('live: one line, and one figure that grows; on a terminal the figure at the end', async () => {
  const play = (): void => {
    const live = liveSweep();
    live.onStart?.({ ...sweep, points: [] });
    live.onRun?.({ ...sweep, points: sweep.points.slice(0, 1) });
    live.onRun?.({ ...sweep, points: sweep.points.slice(0, 2) });
    live.onEnd?.(sweep);
  };
  const shown = await inNotebook(play);
  assert.equal(new Set(shown.map(({ id }) => id)).size, 2);
  const last = shown.at(-1)?.bundle['text/plain'] as string;
  assert.match(last, /^Finished: 6 runs of "batch size"\.\n512: The loss is no number\.$/);
  const written = await inTerminal(play);
  assert.equal([...written.matchAll(/Baseline on built-in sample: batch size/g)].length, 1);
  const interrupted = await inTerminal(() => {
    const live = liveSweep();
    live.onStart?.({ ...sweep, points: [] });
    live.onEnd?.({ ...sweep, interrupted: true });
  });
  assert.match(interrupted, /Interrupted: 4 of 6 runs of "batch size" are finished/);
});

const seededResult = (name: string, accuracies: readonly number[]): SeededResult => ({
  ...{ network: 'baseline', name },
  runs: accuracies.map((accuracy) => ({ evaluation: { ...evaluation, accuracy } }) as LessonResult),
});

test('accuracies over seeds: the colours of the networks, dots and means', () => {
  const figure = accuracyOverSeeds([
    seededResult('Baseline', [0.4, 0.6]),
    seededResult('VGG16, width 0.25', [0.7, 0.7]),
  ]);
  const [each, mean, ...others] = dots(figure);
  assert.deepEqual([each.y, mean.y, others.length], [[0.4, 0.6], [0.5], 2]);
  assert.ok(Math.abs((mean.error_y?.array[0] ?? 0) - Math.sqrt(0.02)) < 1e-12);
  assert.notEqual(each.marker.color, others[0].marker.color);
  assert.match(figure.layout.title.text, /on built-in sample/);
});

test('recall by class: a row a network, as it is called', () => {
  const report = (name: string, recall: number): object => ({ name, recall, precision: 1, f1: 1, images: 4 });
  const classes = [report('circle', 0.75), report('ring', 1), report('dots', 0)] as never;
  const [heatmap] = recallFigure([{ ...evaluation, classes }], ['Baseline, seed 1']).data;
  assert.ok(heatmap.type === 'heatmap');
  assert.deepEqual([heatmap.y, heatmap.z], [['Baseline, seed 1'], [[0.75, 1, 0]]]);
  assert.deepEqual(heatmap.text, [['75', '100', '0']]);
});
