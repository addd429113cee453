import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveCurves, liveProgress } from '../../lib/show';
import { terminalLine } from '../../lib/show/progress';
import { Throttle } from '../../lib/show/throttle';
import type { History } from '../../lib/runs';
import type { TrainCallbacks, TrainingControl, TrainingPlan, TrainingProgress } from '../../lib/train';
import { history, inNotebook, inTerminal, row, type Shown } from './fixtures';

const progress: TrainingProgress = {
  epoch: 2,
  epochs: 3,
  images: 2500,
  imagesPerEpoch: 5000,
  loss: 1.5,
  accuracy: 0.44,
  imagesPerSecond: 990,
  secondsLeft: 75,
};

const control: TrainingControl = {
  stop: () => undefined,
  scaleLearningRate: () => undefined,
  setLearningRate: () => undefined,
};

/** What is trained, and where it is kept: progress shows neither. */
const unseen = { folder: null } as unknown as Pick<TrainingPlan, 'model' | 'data' | 'folder'>;

/** Plays a run of three epochs with two batches each. */
async function play(callbacks: TrainCallbacks, end: Partial<History> = {}): Promise<void> {
  const { network, dataset, recipe, epochs } = history();
  await callbacks.onStart?.({
    network,
    dataset,
    recipe,
    imagesPerEpoch: 5000,
    history: history({ epochs: [] }),
    ...unseen,
  });
  for (const [i, each] of epochs.entries()) {
    await callbacks.onBatch?.({ ...progress, epoch: i + 1, images: 2500 }, control);
    await callbacks.onBatch?.({ ...progress, epoch: i + 1, images: 5000 }, control);
    await callbacks.onEpoch?.(each, history({ epochs: epochs.slice(0, i + 1) }), control);
  }
  await callbacks.onEnd?.(history(end));
}

const types = (shown: readonly Shown[]): string[] => shown.map(({ bundle }) => Object.keys(bundle)[0]);

test('updates are let through at most every 0.2 s', () => {
  const throttle = new Throttle();
  const allowed = [10, 10.1, 10.19, 10.25, 10.3, 10.46].filter((second) => throttle.allows(second));
  assert.deepEqual(allowed, [10, 10.25, 10.46]);
});

test('the progress line has one place in the notebook, and ends with what was done', async () => {
  const shown = await inNotebook(() => play(liveProgress()));
  const texts = shown.map(({ bundle }) => bundle['text/plain'] as string);
  assert.equal(new Set(shown.map(({ id }) => id)).size, 1);
  assert.deepEqual(
    shown.map(({ update }) => update),
    [false, ...new Array<boolean>(shown.length - 1).fill(true)],
  );
  assert.equal(texts[0], 'Baseline on built-in sample: 3 epochs of 5000 images');
  assert.equal(
    texts[1],
    'Epoch 1/3 ━━━━━┄┄┄┄┄ 2500/5000 · loss 1.500 · accuracy 44.0 % · 990 images/s · 1:15 left',
  );
  // The batches that follow within 0.2 s are passed over.
  assert.deepEqual(texts.slice(2), ['Trained 3 of 3 epochs: 15,000 images in 0:12, 1250 images/s.']);
});

test('a run that is taken up again shows the curves that it has before it trains', async () => {
  const { network, dataset, recipe } = history();
  const plan = { network, dataset, recipe, imagesPerEpoch: 5000, ...unseen };
  const start = async (epochs: History['epochs']): Promise<readonly Shown[]> =>
    inNotebook(async () => liveCurves().onStart?.({ ...plan, history: history({ epochs }) }));
  assert.deepEqual(await start([]), []);
  const shown = await start([row(1), row(2)]);
  assert.match(shown.at(-1)?.bundle['text/plain'] as string, /^Baseline on built-in sample/);
});

test('an interrupted run says so', async () => {
  const shown = await inNotebook(() =>
    play(liveProgress(), { interrupted: true, epochs: [row(1)], images: 6000, seconds: 6 }),
  );
  assert.equal(
    shown.at(-1)?.bundle['text/plain'],
    'Interrupted after 6000 images in 0:06, with 1 of 3 epochs finished. The network keeps what it has learnt.',
  );
});

test('curves grow in one place; before each new drawing the old one is taken away', async () => {
  const shown = await inNotebook(() => play(liveCurves()));
  assert.equal(new Set(shown.map(({ id }) => id)).size, 1);
  const drawn = 'application/vnd.plotly.v1+json';
  assert.deepEqual(types(shown), ['text/html', drawn, 'text/html', drawn]);
  const points = shown
    .filter(({ bundle }) => drawn in bundle)
    .map(({ bundle }) => (bundle[drawn] as { data: { x: number[] }[] }).data[0].x.length);
  // Epochs that follow each other at once are drawn together: a browser that draws each would hear no click.
  assert.deepEqual(points, [1, 3]);
});

test('two runs have two places', async () => {
  const first = await inNotebook(() => play(liveCurves()));
  const second = await inNotebook(() => play(liveCurves()));
  assert.notEqual(first[0].id, second[0].id);
});

test('a log file tells the metrics that a recipe adds', async () => {
  const measured = row(1, { metrics: { hits: 0.25 }, valMetrics: { hits: 0.125 } });
  const text = await inTerminal(async () => {
    const live = liveProgress();
    const { network, dataset, recipe } = history();
    await live.onStart?.({
      network,
      dataset,
      recipe,
      imagesPerEpoch: 5000,
      history: history({ epochs: [] }),
      ...unseen,
    });
    await live.onEpoch?.(measured, history({ epochs: [measured] }), control);
  });
  assert.match(
    text,
    /accuracy 30\.0 % · hits 0\.250 · .*validation accuracy 20\.0 % · validation hits 0\.125/,
  );
});

test('a log file gets a line for every epoch, and the curves once, as a table', async () => {
  const lines = (await inTerminal(() => play(liveProgress()))).trimEnd().split('\n');
  assert.equal(lines.length, 4);
  assert.match(lines[1], /^Epoch 2\/3 · loss 1\.800 · accuracy 40\.0 % · validation loss 1\.900 /);
  assert.match(lines[3], /^Trained 3 of 3 epochs/);
  const stopped = await inTerminal(() => play(liveProgress(), { stopReason: 'good enough' }));
  assert.match(stopped, /Trained 3 of 3 epochs \(good enough\): 15,000 images/);
  const curves = await inTerminal(() => play(liveCurves()));
  assert.equal(curves.match(/Baseline on built-in sample/g)?.length, 1);
});

test('a penalty on weights is told beside the loss that it is a part of', async () => {
  const text = await inTerminal(async () => {
    const callbacks = liveProgress();
    const epochs = [row(1, { penalty: 0.25, valPenalty: 0.125 })];
    const { network, dataset, recipe } = history();
    await callbacks.onStart?.({
      network,
      dataset,
      recipe,
      imagesPerEpoch: 5000,
      history: history({ epochs: [] }),
      ...unseen,
    });
    await callbacks.onEpoch?.(epochs[0], history({ epochs }), control);
  });
  assert.match(text, / loss 1\.900 \(penalty 0\.250\) .* validation loss 2\.000 \(penalty 0\.125\) /);
});

test('a terminal line is replaced in place and never wraps; its end stays', () => {
  const written = (columns: number): string => {
    let text = '';
    const line = terminalLine({ isTTY: true, columns, write: (more) => (text += more) });
    line.update('0123456789');
    line.end('the end of it');
    return text;
  };
  assert.equal(written(8), '\r\x1b[K0123456\r\x1b[Kthe end of it\n');
  assert.equal(written(0), '\r\x1b[K0123456789\r\x1b[Kthe end of it\n');
});
