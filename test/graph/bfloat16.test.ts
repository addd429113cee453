/** Layers that compute in bfloat16: eight bits of precision, of which sums must not lose more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasDilatedGradient } from '../../lib/graph/dilated-gradient';
import { sgd } from '../../lib/recipe/optimizers';
import { UserError } from '../../lib/runtime/errors';
import { tf } from '../../lib/runtime/tensorflow';
import { compile, examples, imageShape, indices, smallModel } from './fixtures';

/** bfloat16 is refused on a CPU without oneDNN. */
const skip = hasDilatedGradient() ? false : 'oneDNN is off here';

test(
  'without oneDNN bfloat16 is refused, in a sentence with the way out',
  { skip: !skip && 'oneDNN is on here' },
  async () => {
    const model = smallModel();
    await assert.rejects(
      compile(model, examples(4), { dtype: 'bfloat16' }),
      (error) =>
        error instanceof UserError && /mixed_bfloat16 needs oneDNN on a CPU.*set it to 1/.test(error.message),
    );
    model.dispose();
  },
);

test(
  'in bfloat16 the steps are nearly those in float32, and the weights stay float32',
  { skip },
  async () => {
    const data = examples(16);
    const lossesIn = async (dtype: 'float32' | 'bfloat16'): Promise<number[]> => {
      const model = smallModel();
      const trainer = await compile(model, data, { dtype });
      const losses = Array.from({ length: 5 }, (_, step) => {
        trainer.step(indices(0, 16), step, 1e-3);
        return trainer.totals().loss / 16;
      });
      trainer.writeModel();
      trainer.dispose();
      model.dispose();
      return losses;
    };
    const [exact, rounded] = [await lossesIn('float32'), await lossesIn('bfloat16')];
    assert.notDeepEqual(rounded, exact);
    rounded.forEach((loss, i) => {
      assert.ok(Math.abs(loss - exact[i]) < 0.05, `${loss} against ${exact[i]}`);
    });
  },
);

test(
  'the gradient of a bias is summed in float32: thousands of small terms all count',
  { skip },
  async () => {
    const count = 64;
    const model = tf.sequential({
      layers: [
        tf.layers.depthwiseConv2d({
          name: 'conv',
          kernelSize: 1,
          depthMultiplier: 4,
          inputShape: [...imageShape],
          depthwiseInitializer: tf.initializers.glorotUniform({ seed: 1 }),
        }),
        tf.layers.globalAveragePooling2d({}),
        tf.layers.dense({
          name: 'classes',
          units: 3,
          activation: 'softmax',
          kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }),
        }),
      ],
    });
    // One class for all, so that the terms do not cancel out.
    const data = examples(count, { classes: 1 });
    const biasIn = async (dtype: 'float32' | 'bfloat16'): Promise<Float32Array> => {
      const trainer = await compile(model, data, { dtype, optimizer: sgd() });
      const bias = trainer.gradients(indices(0, count), 0).gradients.get('conv/bias');
      trainer.dispose();
      assert.ok(bias);
      return bias.values;
    };
    const [rounded, exact] = [await biasIn('bfloat16'), await biasIn('float32')];
    const largest = Math.max(...exact.map(Math.abs));
    rounded.forEach((value, i) => {
      assert.ok(Math.abs(value - exact[i]) < 0.02 * largest, `${value} is not ${exact[i]}`);
    });
    model.dispose();
  },
);

test(
  'a softmax in the middle of a network, which is float32, leads on to layers in bfloat16',
  { skip },
  async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [...imageShape] }),
        tf.layers.dense({ units: 4, activation: 'softmax' }),
        tf.layers.dense({ units: 4 }),
        tf.layers.softmax(),
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    const data = examples(8);
    const lossIn = async (dtype: 'float32' | 'bfloat16'): Promise<number> => {
      const trainer = await compile(model, data, { dtype });
      trainer.step(indices(0, 8), 0, 0);
      const { loss } = trainer.totals();
      trainer.dispose();
      return loss / 8;
    };
    assert.ok(Math.abs((await lossIn('bfloat16')) - (await lossIn('float32'))) < 0.02);
    model.dispose();
  },
);
