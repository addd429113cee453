/** The rarer layers, in small models: fifty steps as Keras takes them, from the same weights. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { importKerasWeights } from '../../lib/models';
import { keyed } from '../../lib/models/weights/keys';
import { sgd } from '../../lib/recipe/optimizers';
import { KerasReference, withoutKeras } from '../models/keras';
import { compile, imageShape, indices } from './fixtures';
import { layerModels } from './layer-models';

const rate = 0.05;
const batch = 8;
const steps = 50;

const cases = (Object.keys(layerModels) as (keyof typeof layerModels)[]).map((network) => ({
  id: network,
  network,
  options: {},
  optimizer: { class_name: 'SGD', config: { learning_rate: rate } },
  loss: 'sparse',
  batch,
  steps,
}));

const keras = new KerasReference<(typeof cases)[number]>('layer_models.py');

describe('layers train as in Keras', { skip: withoutKeras }, () => {
  before(() => keras.run(cases));
  after(() => {
    keras.dispose();
  });

  for (const { id, network } of cases) {
    test(`${id}: the loss of each of fifty steps, and every weight after them`, async () => {
      const model = layerModels[network]();
      await importKerasWeights(model, keras.weightsFile(id));
      const expected = await keras.training(id);
      const of = (name: string): Float32Array =>
        expected.get(name)?.values ?? assert.fail(`no ${name} from Keras`);
      const valuesOf = (): Map<string, Float32Array> =>
        new Map(
          keyed(model).map(({ key, weight }) => [key, weight.read().dataSync().slice() as Float32Array]),
        );
      const start = valuesOf();
      const labels = Uint8Array.from(of('classes'));
      const examples = { images: Uint8Array.from(of('images')), labels, count: labels.length };
      const trainer = await compile(model, examples, { imageShape, optimizer: sgd({ learningRate: rate }) });
      const losses = of('losses');
      for (let step = 0; step < steps; step++) {
        trainer.step(indices(step * batch, batch), step, rate);
        const { loss } = trainer.totals();
        const off = Math.abs(loss / batch - losses[step]) / losses[step];
        assert.ok(off < 1e-3, `the loss of step ${step} is ${loss / batch}, in Keras ${losses[step]}`);
      }
      trainer.writeModel();
      trainer.dispose();
      for (const [name, values] of valuesOf()) {
        const change = (to: Float32Array): Float32Array =>
          to.map((value, i) => value - (start.get(name)?.[i] ?? NaN));
        const [ours, theirs] = [change(values), change(of(`after/${name}`))];
        const off = norm(ours.map((value, i) => value - theirs[i]));
        assert.ok(
          off <= 1e-3 * norm(theirs),
          `the change of ${name} is off by ${off / norm(theirs)} of its norm`,
        );
        assert.equal(norm(theirs) > 1e-4, !name.startsWith('frozen/'), `how Keras moved ${name}`);
      }
      model.dispose();
    });
  }
});

function norm(values: Float32Array): number {
  return Math.hypot(...values);
}
