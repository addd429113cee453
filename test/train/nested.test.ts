/** Nested models whose layers have the same names: each weight keeps its own values on every way there is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adam } from '../../lib/recipe';
import type { tf } from '../../lib/runtime/tensorflow';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { graphEngine, tfjsEngine, train, type TrainOptions } from '../../lib/train';
import { nestedModel, noiseDataset, temporaryFolder } from './fixtures';

const folder = temporaryFolder('nested-');
const dataset = noiseDataset();

const weightsOf = (model: tf.LayersModel): number[][] =>
  model.weights.map((weight) => [...weight.read().dataSync()]);

const options = { epochs: 3, batchSize: 8, optimizer: adam({ learningRate: 0.01 }) } satisfies TrainOptions;

for (const engine of [graphEngine, tfjsEngine]) {
  test(`${engine.name}: stopped and taken up again, it ends like a run straight through`, async () => {
    const build = (): tf.LayersModel => nestedModel(1, [undefined, undefined]);
    const straight = build();
    await train(straight, dataset, { ...options, engine });
    const run = { name: `${engine.name}-stopped`, folder };
    const stop = { onBatch: ({ epoch }: { epoch: number }) => void (epoch === 2 && requestInterrupt()) };
    const quiet = { ...options, engine, run, onNotice: () => undefined };
    const stopped = await train(build(), dataset, { ...quiet, callbacks: [stop] });
    assert.ok(stopped.interrupted);
    // Its nested models have other numbers in their names.
    const again = build();
    await train(again, dataset, quiet);
    assert.deepEqual(weightsOf(again), weightsOf(straight));
  });
}

for (const run of [undefined, { name: 'best', folder }]) {
  test(`keep: 'best', ${run ? 'in a run' : 'in memory'}: it ends with the weights of that epoch`, async () => {
    const model = nestedModel();
    const after: number[][][] = [];
    const { weightsOf: kept } = await train(model, dataset, {
      ...options,
      epochs: 4,
      validation: 'test',
      keep: 'best',
      run,
      callbacks: [{ onEpoch: () => void after.push(weightsOf(model)) }],
    });
    assert.ok(kept !== null);
    assert.deepEqual(weightsOf(model), after[kept - 1]);
    assert.notDeepEqual(after[0], after[3]);
  });
}
