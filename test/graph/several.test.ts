/** Models with several inputs and outputs: one step and fifty against Keras, from the same weights. */
import { after, before, describe, test } from 'node:test';
import { allIndices } from '../../lib/data/subset';
import type { ImageSet } from '../../lib/data';
import { measure } from '../../lib/evaluate/measure';
import { adam, crossEntropy } from '../../lib/recipe';
import { KerasReference, withoutKeras } from '../models/keras';
import { indices } from './fixtures';
import { close, KerasRun } from './keras-run';
import { facts, severalModels } from './several';

interface Case {
  readonly id: string;
  readonly model: keyof typeof severalModels;
  readonly output_weights: readonly number[] | null;
  readonly batch: number;
  readonly steps: number;
}

const sizes = { batch: 8, steps: 50 };
const cases: readonly Case[] = [
  { id: 'two inputs, two outputs', model: 'plain', output_weights: null, ...sizes },
  { id: 'an auxiliary output that counts less', model: 'plain', output_weights: [1, 0.3], ...sizes },
  { id: 'a nested model with two of each', model: 'nested', output_weights: [0.5, 2], ...sizes },
];

const keras = new KerasReference<Case>('several.py');

describe('several inputs and outputs, as in Keras', { skip: withoutKeras }, () => {
  before(() => keras.run(cases));
  after(() => {
    keras.dispose();
  });

  for (const each of cases) {
    const options = { loss: crossEntropy(), outputWeights: each.output_weights };
    test(each.id, () =>
      KerasRun.with(
        keras,
        each,
        severalModels[each.model](10),
        { ...options, optimizer: adam() },
        async (run) => {
          run.takeSteps(1e-3, (totals, step) => {
            run.closeLoss(totals, step);
            const accuracy = totals.first / totals.images;
            close(`the accuracy of step ${step}`, accuracy, run.values('accuracies')[step]);
            if (step === 0) run.closeWeights('first', 1e-3);
          });
          run.closeWeights('after', 1e-3);

          const { model, trainer } = run;
          const set = run.examples as ImageSet;
          const [loss] = run.values('loss');
          const [accuracy] = run.values('accuracy');
          const { losses, penalty, classes } = trainer.measure(indices(0, set.count));
          const right = classes.filter((found, i) => found === set.labels[i]).length;
          const mean = losses.reduce((total, each) => total + each, 0) / set.count;
          close('the measured loss', mean + penalty, loss);
          close('the measured accuracy', right / set.count, accuracy);
          const asTrained = { ...options, metrics: [], imageShape: [8, 8, 3], normalisation: null } as const;
          const byTfjs = await measure(model, set, allIndices(set.count), asTrained);
          close("tfjs's loss", byTfjs?.loss ?? NaN, loss);
          close("tfjs's accuracy", byTfjs?.accuracy ?? NaN, accuracy);
        },
        (values) => ({ inputs: { facts: { shape: [facts], values: values('facts') } } }),
      ),
    );
  }
});
