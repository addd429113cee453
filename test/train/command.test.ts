/** `npm run train` and `npm run results`, as a person types them. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { cosine, linear, noAugmentation, sgd, standardAugmentation, warmUp } from '../../lib/recipe';
import { projectRoot } from '../../lib/runtime/paths';
import { readRuns, type History } from '../../lib/runs';
import { readArguments } from '../../scripts/train/arguments';
import { readCommand } from '../../scripts/train/command-line';

const base = fs.mkdtempSync(path.join(os.tmpdir(), 'train-command-'));
after(() => {
  fs.rmSync(base, { recursive: true });
});

const command = (script: string): string[] => [
  '-r',
  './lib/runtime/register-ts.js',
  path.join(projectRoot, 'scripts', script),
];
const small = ['--data', 'sample', '--limit', '1000', '--test-limit', '50', '--runs', base];

function run(script: string, ...args: string[]): { code: number | null; output: string; errors: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...command(script), ...args], {
    encoding: 'utf8',
  });
  return { code: status, output: stdout, errors: stderr };
}

test('stopped by SIGTERM it saves, the same command goes on, and the results tell of it', async () => {
  const json = path.join(base, 'history.json');
  const args = ['lenet5', ...small, '--epochs', '200', '--early-stopping', '5', '--name', 'lenet'];
  const child = spawn(process.execPath, [...command('train.ts'), ...args, '--json', json]);
  let output = '';
  let asked = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    // Once: a second signal would end it without a word.
    if (!asked && /^Epoch 1\//m.test(output)) asked = child.kill('SIGTERM');
  });
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 143, output);
  assert.match(output, /^built-in sample, 1,000 .*\n/);
  assert.match(output, /Interrupted after .*\nRun the same command again to continue from here\.\n$/);
  const { history } = JSON.parse(fs.readFileSync(json, 'utf8')) as { history: History };
  assert.equal(history.interrupted, true);
  assert.equal((await readRuns({ folder: base }))[0].status, 'interrupted');

  const again = run('train.ts', ...args, '--json', json);
  assert.match(again.output, /The run lenet .* goes on from its last checkpoint: epoch \d+ of 200/);
  assert.match(
    again.output,
    /Test set, weights of epoch \d+: accuracy [\d.]+ %, loss [\d.]+, top 5 [\d.]+ %\.\n$/,
  );
  assert.equal(again.code, 0);
  const written = JSON.parse(fs.readFileSync(json, 'utf8')) as {
    history: History;
    test: { accuracy: number };
  };
  assert.equal(written.history.stoppedEarly, true);
  const accuracy = `${(written.test.accuracy * 100).toFixed(1)} %`;
  const row =
    run('results.ts', '--runs', base)
      .output.split('\n')
      .find((line) => line.startsWith('LeNet-5')) ?? '';
  assert.ok(row.includes(accuracy) && row.endsWith('lenet'), row);
});

test('settings of the recipe and the network can be given one by one', () => {
  const plain = readArguments(['lenet5']);
  assert.deepEqual(plain.options, {
    ...plain.options,
    epochs: 10,
    batchSize: 32,
    normalisation: null,
    augmentation: noAugmentation,
    seed: 1,
  });
  assert.equal(plain.run.name, 'lenet5-seed-seed1');
  assert.deepEqual(plain.networkOptions, { seed: 1 });
  const args =
    'lenet5 --seed 7 --normalise --augment standard --weight-decay 0.01 --learning-rate 0.002 --batch-size 64';
  const more = readArguments([
    ...args.split(' '),
    '--activation',
    'relu',
    '--schedule',
    'cosine',
    '--warm-up',
    '2',
  ]);
  const { optimizer, augmentation, normalisation, batchSize, schedule, seed } = more.options;
  assert.deepEqual(
    { ...optimizer, learningRate: optimizer?.learningRate, weightDecay: optimizer?.weightDecay },
    { ...plain.options.optimizer, learningRate: 0.002, weightDecay: 0.01, decayed: 'kernels' },
  );
  assert.deepEqual([augmentation, normalisation, batchSize, seed], [standardAugmentation, 'channels', 64, 7]);
  assert.deepEqual(schedule, { kind: 'warmUp', epochs: 2, then: { kind: 'cosine', final: 0 } });
  assert.deepEqual(more.networkOptions, { seed: 7, activation: 'relu' });
  const best = (args: string) =>
    readArguments(['lenet5', '--recipe', 'best', ...args.split(' ')]).networkOptions;
  assert.deepEqual(best('--seed 2'), { seed: 2, activation: 'relu' });
  assert.deepEqual(best('--activation tanh'), { seed: 1, activation: 'tanh' });
  assert.equal(plain.options.preciseStatistics, undefined);
  const precise = readArguments(['lenet5', '--precise-statistics', '45']);
  assert.deepEqual(precise.options.preciseStatistics, { batches: 45 });
  assert.match(precise.run.name, /-precise-statistics\.45-/);
  const resized = readArguments(['resnet18', '--resize', '16:0.4,24:0.7']);
  assert.deepEqual(resized.options.resizing, [
    { side: 16, until: 0.4 },
    { side: 24, until: 0.7 },
  ]);
  assert.match(resized.run.name, /-resize\.16-0\.4\+24-0\.7-/);
  assert.throws(
    () => readArguments(['resnet18', '--resize', '16']),
    /--resize is "16", but has to be stages/,
  );
  assert.match(more.run.name, /^lenet5-seed-.*weight-decay\.0\.01.*-seed7$/);
  assert.equal(readArguments(['vgg16', '--precision', 'auto']).options.precision, 'auto');
  assert.equal(readCommand(['lenet5', '--help']), undefined);
});

test('each part of a recipe that a ladder changes has an option of its own', () => {
  const read = (args: string) => readArguments(['resnet18', ...args.split(' ')]);
  const { options, run: named } = read(
    '--crop 2 --padding reflect --flip alternating --cutout 6 --incomplete-batch drop --epochs 9.9 ' +
      '--optimizer momentum --momentum 0.85 --lookahead growing --schedule linear --rise 0.23 --initial 0.2 --final 0.07',
  );
  assert.deepEqual(options.augmentation, {
    ...{ ...noAugmentation, crop: 2, padding: 'reflect', flip: 'alternating', cutout: 6 },
  });
  assert.deepEqual([options.incompleteBatch, options.epochs], ['drop', 9.9]);
  const share = { final: 1 - 0.95 ** 5, power: 3 };
  const lookahead = { steps: 5, share, statistics: true };
  assert.deepEqual(options.optimizer, sgd({ momentum: 0.85, nesterov: true, lookahead }));
  assert.deepEqual(options.schedule, linear({ rise: 0.23, initial: 0.2, final: 0.07 }));
  assert.match(named.name, /-crop\.2-padding\.reflect-flip\.alternating-cutout\.6-/);
  // What is not given is the recipe's, within a warm-up too.
  const modern = read('--recipe modern --flip none --lookahead 6 --final 0.1').options;
  assert.deepEqual(modern.augmentation, { ...standardAugmentation, cutout: 8, flip: false });
  assert.deepEqual(modern.optimizer?.lookahead, { steps: 6, share: 0.5 });
  assert.deepEqual(modern.schedule, warmUp(2, cosine({ final: 0.1 })));
});

test('views are no part of a run: they only say how it is tested', () => {
  const plain = readArguments(['lenet5']);
  const more = readArguments(['lenet5', '--views', 'mirrorAndShifts']);
  assert.deepEqual([plain.views, more.views], ['single', 'mirrorAndShifts']);
  assert.equal(more.run.name, plain.run.name);
  assert.deepEqual(more.options, plain.options);
});

test('what cannot be read is said in a sentence', () => {
  for (const [args, message] of [
    [[], /^Name one network, not none\. Choose one of: baseline, /],
    [['lenet6'], /^No network is called "lenet6"/],
    [['lenet5', 'vgg16'], /^Name one network, not lenet5 and vgg16/],
    [['lenet5', '--recipe', 'old'], /^No recipe is called "old"/],
    [['lenet5', '--epochs', 'ten'], /^--epochs is "ten", but has to be a number/],
    [['lenet5', '--engine', 'jax'], /^--engine is "jax", but has to be one of: graph, tfjs\./],
    [['lenet5', '--validation', '2'], /^--validation is "2", but has to be test, none, or a fraction/],
    [['lenet5', '--resume', '--fresh'], /contradict/],
    [['lenet5', '--views', 'two'], /^--views is "two", .* one of: single, mirror, mirrorAndShifts, tenCrops/],
    [['lenet5', '--flip', 'yes'], /^--flip is "yes", but has to be one of: none, random, alternating/],
    [
      ['lenet5', '--momentum', '0.9'],
      /^--momentum needs an optimizer that has one, such as momentum, not adam/,
    ],
    [
      ['lenet5', '--rise', '0.3'],
      /^--rise needs a schedule that has one: linear, for instance, and not constant/,
    ],
    [['lenet5', '--lookahead', '0'], /^--lookahead is "0", but has to be a number of steps, or growing/],
    [['lenet5', '--epoch', '3'], /^Unknown option '--epoch'/],
  ] as const) {
    assert.throws(() => readArguments(args), { name: 'UserError', message }, args.join(' '));
  }
});
