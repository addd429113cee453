/** The rarer layers, in small models: fifty steps as Keras takes them, from the same weights. */
import { after, before, describe, test } from 'node:test';
import { crossEntropy } from '../../lib/recipe/losses';
import { sgd } from '../../lib/recipe/optimizers';
import { KerasReference, withoutKeras } from '../models/keras';
import { KerasRun } from './keras-run';
import { layerModels } from './layer-models';

const rate = 0.05;

const cases = (Object.keys(layerModels) as (keyof typeof layerModels)[]).map((network) => ({
  id: network,
  network,
  options: {},
  optimizer: { class_name: 'SGD', config: { learning_rate: rate } },
  loss: 'sparse',
  batch: 8,
  steps: 50,
}));

const keras = new KerasReference<(typeof cases)[number]>('layer_models.py', { oneDnn: false });

describe('layers train as in Keras', { skip: withoutKeras }, () => {
  before(() => keras.run(cases));
  after(() => {
    keras.dispose();
  });

  for (const each of cases) {
    test(`${each.id}: the loss of each of fifty steps, and every weight after them`, () => {
      const options = { loss: crossEntropy(), optimizer: sgd({ learningRate: rate }) };
      return KerasRun.with(keras, each, layerModels[each.network](), options, (run) => {
        run.takeSteps(rate, (totals, step) => {
          run.closeLoss(totals, step, 1e-3);
        });
        run.closeWeights('after', 1e-3, { still: (name) => name.startsWith('frozen/') });
      });
    });
  }
});
