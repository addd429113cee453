import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { firstLines, saveWeightsText } from '../../lib';
import { lessonRun } from '../../lib/lessons';
import { train } from '../../lib/train';
import { lessonLabel } from '../../lib/lessons/lesson-run';
import { noiseDataset, smallModel } from '../train/fixtures';

test('a lesson trains once, is only loaded the second time; its weights go into its folder as text', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lesson-'));
  const before = process.env.RUNS_DIR;
  process.env.RUNS_DIR = folder;
  try {
    const dataset = { ...noiseDataset(), source: { ...noiseDataset().source, digest: 'abcdef0123' } };
    const run = lessonRun('baseline', 'tiny', dataset);
    assert.equal(run.name, 'baseline-tiny-abcdef01');
    const notices: string[] = [];
    const options = {
      epochs: 2,
      validation: 'none',
      run,
      onNotice: (text: string) => void notices.push(text),
    } as const;
    const model = smallModel();
    await train(model, dataset, options);
    // Of the same initial weights: it is the trained ones that have to come back.
    const again = smallModel();
    const loaded = await train(again, dataset, options);
    assert.equal(loaded.epochs.length, 2);
    assert.match(notices.join(), /finished already/);
    assert.deepEqual(
      again.getWeights().map((weight) => weight.dataSync()),
      model.getWeights().map((weight) => weight.dataSync()),
    );
    await saveWeightsText(again, run.weightsFile);
    const lines = await firstLines(run.weightsFile, 3, 20);
    assert.deepEqual(lines.slice(0, 2), ['conv/kernel:0', '(5, 5, 3, 6)']);
    assert.ok(lines[2].startsWith('[[[[') && lines[2].length === 20 && lines[2].endsWith('…'));
  } finally {
    if (before === undefined) delete process.env.RUNS_DIR;
    else process.env.RUNS_DIR = before;
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

test('other images or another profile are another run', () => {
  const { source, ...dataset } = noiseDataset();
  const named = (digest: string, profile: 'tiny' | 'quick'): string =>
    lessonRun('vgg16', profile, { ...dataset, source: { ...source, digest } }).name;
  assert.equal(
    new Set([named('aaaaaaaaaa', 'tiny'), named('bbbbbbbbbb', 'tiny'), named('aaaaaaaaaa', 'quick')]).size,
    3,
  );
});

test('another seed is another run, of the same label', () => {
  const dataset = noiseDataset();
  const [first, second] = [1, 2].map((seed) => lessonRun('baseline', 'tiny', dataset, seed));
  assert.equal(second.name, `${first.name}-seed2`);
  assert.equal(second.label, first.label);
});

test('a label tells the width and what is different', () => {
  const label = (what: string): string => lessonLabel(what, 'quick');
  assert.equal(label('baseline'), 'Baseline');
  assert.equal(label('alexnet8-augmented'), 'AlexNet8, width 0.25, augmented');
  assert.equal(label('baseline-tuned'), 'Baseline, tuned');
});
