/** Averages of weights: they are validated, kept as the best, and what a network ends with. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../lib/evaluate';
import { adam, type Optimizer } from '../../lib/recipe';
import { train, type TrainOptions } from '../../lib/train';
import { noiseDataset, smallModel, temporaryFolder } from './fixtures';

const folder = temporaryFolder('averaged-weights-');
const dataset = noiseDataset({ train: 64, test: 32 });
const kinds: Readonly<Record<string, Partial<Optimizer>>> = {
  ema: { ema: { decay: 0.9 } },
  lookahead: { lookahead: { steps: 5, share: 0.5 } },
  'growing-lookahead': {
    lookahead: { steps: 5, share: { final: 0.2, power: 3 }, statistics: true },
  },
};

async function trained(more: TrainOptions) {
  const model = smallModel();
  const { epochs, best } = await train(model, dataset, {
    epochs: 4,
    batchSize: 8,
    validation: 'test',
    onNotice: () => undefined,
    ...more,
  });
  const { loss } = await evaluate(model, dataset);
  model.dispose();
  return { epochs, best, loss };
}

for (const [name, average] of Object.entries(kinds)) {
  test(`${name}: what is validated is what the network ends with, and training goes on with the weights`, async () => {
    const plain = await trained({ optimizer: adam({ learningRate: 0.003 }) });
    const optimizer = adam({ learningRate: 0.003, ...average });
    const averaged = await trained({ optimizer });
    const last = averaged.epochs[3];
    close(averaged.loss, last.valLoss);
    assert.ok(Math.abs(averaged.loss - plain.loss) > 1e-3, 'the averages are not the weights');
    if (name === 'ema') {
      averaged.epochs.forEach(({ loss }, i) => {
        close(loss, plain.epochs[i].loss);
      });
    }
    for (const run of [undefined, { name, folder }]) {
      const kept = await trained({ optimizer, keep: 'best', ...(run && { run }) });
      close(kept.loss, kept.epochs[(kept.best?.epoch ?? 0) - 1].valLoss);
      kept.epochs.forEach(({ valLoss }, i) => {
        close(valLoss ?? NaN, averaged.epochs[i].valLoss);
      });
    }
  });
}

function close(found: number, expected: number | null): void {
  assert.ok(Math.abs(found - (expected ?? NaN)) < 1e-5, `${found}, not ${expected}`);
}
