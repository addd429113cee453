/** Which run a network belongs to: by its layers under whatever names, and from which weights it began. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adam } from '../../lib/recipe';
import { UserError } from '../../lib/runtime/errors';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { tf } from '../../lib/runtime/tensorflow';
import { readRuns, type History } from '../../lib/runs';
import { graphEngine, tfjsEngine, train, type Engine, type TrainCallbacks } from '../../lib/train';
import { describeNetwork } from '../../lib/runs/lasting-names';
import { lossesOf, noiseDataset, temporaryFolder } from '../train/fixtures';

const folder = temporaryFolder('same-run-');

const dataset = noiseDataset();

/** Only the seed tells one from another, if there is one; its layers get names from tfjs. */
function unnamed(seed?: number): tf.LayersModel {
  const kernelInitializer = tf.initializers.glorotUniform(seed === undefined ? {} : { seed });
  const dense = { kernelInitializer, biasInitializer: 'zeros' } as const;
  const input = tf.input({ shape: [8, 8, 3] });
  const features = tf.layers
    .batchNormalization({})
    .apply(
      tf.layers.dense({ units: 6, activation: 'relu', ...dense }).apply(tf.layers.flatten().apply(input)),
    );
  const branches = [1, 2].map(
    () => tf.layers.dense({ units: 4, ...dense }).apply(features) as tf.SymbolicTensor,
  );
  const joined = tf.layers.dropout({ rate: 0.2, seed: 1 }).apply(tf.layers.add().apply(branches));
  const outputs = tf.layers.dense({ units: 3, activation: 'softmax', ...dense }).apply(joined);
  return tf.model({ inputs: input, outputs: outputs as tf.SymbolicTensor });
}

interface Done {
  readonly history: History;
  readonly notices: readonly string[];
}

async function trainAs(
  name: string,
  model: tf.LayersModel,
  { engine = graphEngine, ...callbacks }: TrainCallbacks & { engine?: Engine } = {},
): Promise<Done> {
  const notices: string[] = [];
  const history = await train(model, dataset, {
    epochs: 3,
    batchSize: 8,
    optimizer: adam(),
    keep: 'best',
    engine,
    onNotice: (message) => notices.push(message),
    callbacks: [callbacks],
    run: { name, folder },
  });
  return { history, notices };
}

const stopInEpoch = (wanted: number): TrainCallbacks => ({
  onBatch: ({ epoch }) => {
    if (epoch === wanted) requestInterrupt();
  },
});

const weightsOf = (model: tf.LayersModel): number[][] =>
  model.weights.map((weight) => [...weight.read().dataSync()]);

for (const engine of [graphEngine, tfjsEngine]) {
  test(`${engine.name}: built again with other automatic names, a network goes on with its run`, async () => {
    const straight = unnamed(1);
    const { history } = await trainAs(`${engine.name}-straight`, straight, { engine });
    const first = unnamed(1);
    const stopped = await trainAs(`${engine.name}-stopped`, first, { engine, ...stopInEpoch(2) });
    assert.ok(stopped.history.interrupted);
    const second = unnamed(1);
    assert.notEqual(second.layers[1].name, first.layers[1].name);
    const again = await trainAs(`${engine.name}-stopped`, second, { engine });
    assert.equal(again.notices.length, 1, again.notices.join('\n'));
    assert.match(again.notices[0], /goes on from its last checkpoint: epoch [23] of 3/);
    // An epoch's mean is added up in two parts, so that it may differ in its last digits; the weights may not.
    lossesOf(again.history).forEach((value, i) => {
      assert.ok(Math.abs(value - lossesOf(history)[i]) < 1e-6);
    });
    assert.deepEqual(weightsOf(second), weightsOf(straight));
  });
}

test('a name that was given stays, and no other layer gets it', () => {
  const network = describeNetwork(
    tf.sequential({
      layers: [
        tf.layers.flatten({ name: 'dense_Dense1', inputShape: [8, 8, 3] }),
        tf.layers.dense({ units: 4 }),
        tf.layers.dense({ units: 3, name: 'classes' }),
      ],
    }),
  );
  const layers = (network.architecture.config as { layers: { config: { name: string } }[] }).layers;
  assert.deepEqual(
    layers.map(({ config }) => config.name),
    ['dense_Dense1', 'dense_Dense2', 'classes'],
  );
});

test('a network of other layers is refused, with lasting names in the message', async () => {
  await trainAs('three', unnamed(1));
  await assert.rejects(
    trainAs('three', unnamed(2)),
    /dense_Dense1\.config\.kernel_initializer\.config\.seed: 1 there, 2 here/,
  );
});

describe('a run that failed before its first epoch ended', () => {
  test('begins with the weights it had begun with, in the same network', async () => {
    const { history } = await trainAs('not-failed', unnamed(1));
    const model = unnamed(1);
    const fail = {
      onBatch: (): void => {
        throw new Error('planted');
      },
    };
    await assert.rejects(trainAs('failed', model, fail), /planted/);
    const again = await trainAs('failed', model);
    assert.match(again.notices.join(), /goes on from its last checkpoint: epoch 1 of 3, 0 of 36 images in/);
    assert.deepEqual(lossesOf(again.history), lossesOf(history));
  });
});

test('a run does not begin with weights that are not finite, and leaves nothing to go on from', async () => {
  const model = unnamed(1);
  model.setWeights(model.getWeights().map((each) => each.mul(NaN)));
  await assert.rejects(
    trainAs('broken', model),
    (error) => error instanceof UserError && /not finite, before the first step\. Build/.test(error.message),
  );
  const { history } = await trainAs('broken', unnamed(1));
  assert.deepEqual(lossesOf(history), lossesOf((await trainAs('whole', unnamed(1))).history));
});

describe('weights that a run did not begin with', () => {
  const other = /began with other weights .*\([0-9a-f]{12}\) than the network holds \([0-9a-f]{12}\)/;

  test('are given up for its own, and that is said', async () => {
    const first = unnamed();
    await trainAs('unseeded', first);
    const second = unnamed();
    const { notices } = await trainAs('unseeded', second);
    assert.match(notices.join('\n'), other);
    assert.match(notices.join('\n'), /resume: false/);
    assert.deepEqual(weightsOf(second), weightsOf(first));
    const third = unnamed();
    third.setWeights(first.getWeights().map((each) => each.mul(2)));
    assert.match((await trainAs('unseeded', third)).notices.join('\n'), other);
  });

  test('are none that it left behind itself: in the same network it goes on without a word', async () => {
    const model = unnamed();
    for (const callbacks of [stopInEpoch(2), {}, {}]) {
      const { notices } = await trainAs('cell', model, callbacks);
      assert.doesNotMatch(notices.join('\n'), other);
    }
    model.setWeights(model.getWeights().map((each) => each.mul(2)));
    assert.match((await trainAs('cell', model)).notices.join('\n'), other);
  });

  test('run.json names those that it did begin with, by their digest', async () => {
    for (const name of ['one', 'same', 'another']) await trainAs(name, unnamed(name === 'another' ? 2 : 1));
    const records = await readRuns({ folder });
    const [one, same, another] = ['one', 'same', 'another'].map(
      (name) => records.find((each) => each.name === name)?.initialWeights,
    );
    assert.match(one ?? '', /^[0-9a-f]{64}$/);
    assert.equal(same, one);
    assert.notEqual(another, one);
  });
});
