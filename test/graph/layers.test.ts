/** Layers by what they do: noise, bfloat16, and what is refused. (Gradients and training: random-networks, keras-layers.) */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Random } from '../../lib/data/random';
import { hasDilatedGradient } from '../../lib/graph/dilated-gradient';
import { Graph } from '../../lib/graph/graph';
import { lowerModel } from '../../lib/graph/lower-model';
import { identity } from '../../lib/graph/ops/array';
import { placeholder } from '../../lib/graph/ops/constant';
import { Session } from '../../lib/graph/session';
import { treatments } from '../../lib/graph/treatments';
import { sgd } from '../../lib/recipe';
import { Weights } from '../../lib/graph/weights';
import { tf } from '../../lib/runtime/tensorflow';
import { compile, examples, indices } from './fixtures';
import { layerModels } from './layer-models';

/** Of 30,000 values, estimates of a mean and a deviation are rarely this far off. */
const tolerance = 0.03;

const shape = [25, 300];
const images = 4;
const size = images * shape[0] * shape[1];

/** Standard normal numbers, [images, ...shape]. */
function normal(): Float32Array {
  const random = new Random(7);
  return Float32Array.from({ length: size }, () => {
    return Math.sqrt(-2 * Math.log(1 - random.between(0, 1))) * Math.cos(2 * Math.PI * random.between(0, 1));
  });
}

/** What layers make of `x` in inference, and in training at each of `steps`. */
async function outputsOf(layers: tf.layers.Layer[], x: Float32Array, steps: readonly number[]) {
  const model = tf.sequential({ layers });
  const graph = new Graph();
  const values = placeholder(graph, 'x', 'float32', [null, ...shape]);
  const step = placeholder(graph, 'step', 'int32', []);
  const weights = new Weights(graph, model, treatments(model, sgd()));
  const [inference, training] = [false, true].map((training) => {
    const options = { training, dtype: 'float32', device: 'cpu', random: { step, seed: 3 } } as const;
    return lowerModel(model, weights.reading(), [values], options).outputs[0].value;
  });
  graph.offer('outputs', { inputs: [values, step], outputs: [identity(inference), identity(training)] });
  const session = await Session.load(graph);
  const input = tf.tensor(x, [images, ...shape]);
  const found = steps.map((at) => session.run('outputs', [input, tf.scalar(at, 'int32')]).map(read));
  session.dispose();
  model.dispose();
  return { inference: found[0][0], training: found.map(([, values]) => values) };
}

function read(tensor: tf.Tensor): Float32Array {
  return tensor.dataSync().slice() as Float32Array;
}

function mean(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function deviation(values: Float32Array): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

function near(what: string, found: number, expected: number): void {
  assert.ok(Math.abs(found - expected) < tolerance, `${what} is ${found}, expected ${expected}`);
}

describe('noise', () => {
  const inputShape = shape;
  const x = normal();

  const layers: Record<string, () => tf.layers.Layer> = {
    gaussianNoise: () => tf.layers.gaussianNoise({ stddev: 0.5, inputShape }),
    gaussianDropout: () => tf.layers.gaussianDropout({ rate: 0.3, inputShape }),
    alphaDropout: () => tf.layers.alphaDropout({ rate: 0.2, inputShape }),
    spatialDropout1d: () => tf.layers.spatialDropout1d({ rate: 0.25, inputShape }),
  };
  for (const [name, layer] of Object.entries(layers)) {
    test(`${name}: none in inference, the same again at the same step, another at every other`, async () => {
      const { inference, training } = await outputsOf([layer()], x, [5, 6, 5]);
      assert.deepEqual(inference, x);
      assert.notDeepEqual(training[0], x);
      assert.notDeepEqual(training[1], training[0]);
      assert.deepEqual(training[2], training[0]);
    });
  }

  test('two layers draw different numbers', async () => {
    const twice = [layers['gaussianNoise'](), tf.layers.gaussianNoise({ stddev: 0.5 })];
    const once = [layers['gaussianNoise']()];
    const [[one], [two]] = [await outputsOf(once, x, [1]), await outputsOf(twice, x, [1])].map(
      ({ training }) => training,
    );
    // With the same numbers twice, the deviation would be 1.
    near('the deviation of both', deviation(two.map((value, i) => value - x[i])), 0.5 * Math.SQRT2);
    near('the deviation of one', deviation(one.map((value, i) => value - x[i])), 0.5);
  });

  test('Gaussian noise adds numbers of mean 0 and the given deviation', async () => {
    const [y] = (await outputsOf([layers['gaussianNoise']()], x, [1])).training;
    const noise = y.map((value, i) => value - x[i]);
    near('the mean', mean(noise), 0);
    near('the deviation', deviation(noise), 0.5);
  });

  test('Gaussian dropout multiplies by numbers of mean 1 and the deviation of dropout', async () => {
    const ones = x.map(() => 1);
    const [y] = (await outputsOf([layers['gaussianDropout']()], ones, [1])).training;
    near('the mean', mean(y), 1);
    near('the deviation', deviation(y), Math.sqrt(0.3 / 0.7));
  });

  test('alpha dropout keeps mean and deviation, and gives all that it drops one value', async () => {
    const [y] = (await outputsOf([layers['alphaDropout']()], x, [1])).training;
    near('the mean', mean(y), 0);
    near('the deviation', deviation(y), 1);
    const counts = new Map<number, number>();
    for (const value of y) counts.set(value, (counts.get(value) ?? 0) + 1);
    near('the share of the commonest value', Math.max(...counts.values()) / size, 0.2);
  });

  test('spatial dropout drops whole channels and scales the others up', async () => {
    const [y] = (await outputsOf([layers['spatialDropout1d']()], x, [1])).training;
    const [steps, channels] = shape;
    const at = (image: number, step: number, channel: number): number =>
      (image * steps + step) * channels + channel;
    let dropped = 0;
    for (let image = 0; image < images; image++) {
      for (let channel = 0; channel < channels; channel++) {
        const factor = y[at(image, 0, channel)] === 0 ? 0 : 1 / 0.75;
        if (factor === 0) dropped++;
        for (let step = 0; step < steps; step++) {
          const i = at(image, step, channel);
          assert.ok(Math.abs(y[i] - factor * x[i]) < 1e-5);
        }
      }
    }
    near('the share of dropped channels', dropped / (images * channels), 0.25);
  });
});

/** tfjs's initializers draw without a seed. */
function drawKernels(model: tf.LayersModel): void {
  const random = new Random(1);
  for (const weight of model.weights.filter(({ originalName }) => originalName.endsWith('/kernel'))) {
    const [count, dims] = [weight.shape.reduce<number>((a, b) => a * (b ?? 1), 1), weight.shape as number[]];
    weight.write(
      tf.tensor(
        Float32Array.from({ length: count }, () => random.between(-0.4, 0.4)),
        dims,
      ),
    );
  }
}

describe('in bfloat16 a step is nearly that in float32', () => {
  for (const [name, build] of Object.entries(layerModels)) {
    test(name, { skip: hasDilatedGradient() ? false : 'oneDNN is off here' }, async () => {
      const data = examples(16);
      const model = build();
      drawKernels(model);
      const stepIn = async (dtype: 'float32' | 'bfloat16') => {
        const trainer = await compile(model, data, { dtype });
        const step = trainer.gradients(indices(0, 16), 0);
        trainer.dispose();
        return step;
      };
      const [exact, rounded] = [await stepIn('float32'), await stepIn('bfloat16')];
      assert.notEqual(rounded.loss, exact.loss);
      assert.ok(Math.abs(rounded.loss - exact.loss) < 0.05, `${rounded.loss} against ${exact.loss}`);
      for (const [weight, { values }] of rounded.gradients) {
        const theirs = exact.gradients.get(weight)?.values ?? assert.fail(weight);
        const off = Math.hypot(...values.map((value, i) => value - theirs[i])) / Math.hypot(...theirs);
        // Eight bits make values cross ReLU's bounds; a mistake is off by 1.
        assert.ok(off < 0.25, `the gradient of ${weight} is off by ${off} of its norm`);
      }
      model.dispose();
    });
  }
});

describe('what is refused, by name', () => {
  const inputShape = [8, 8, 3];
  const refused: Record<string, readonly [tf.layers.Layer, RegExp]> = {
    'a dilated transposed convolution, which tfjs computes without dilation': [
      tf.layers.conv2dTranspose({ filters: 2, kernelSize: 3, dilationRate: 2, name: 'up', inputShape }),
      /The layer "up" \(Conv2DTranspose\).*dilationRate is 2,2; expected 1/,
    ],
    'a rate of 1': [
      tf.layers.gaussianDropout({ rate: 1, name: 'noise', inputShape }),
      /The layer "noise" \(GaussianDropout\).*its rate is 1; expected a number from 0 on, below 1/,
    ],
    'channels first': [
      tf.layers.upSampling2d({ dataFormat: 'channelsFirst', name: 'up', inputShape }),
      /The layer "up" \(UpSampling2D\).*takes channels first; build it with channelsLast/,
    ],
    'a negative deviation': [
      tf.layers.gaussianNoise({ stddev: -1, name: 'noise', inputShape }),
      /The layer "noise" \(GaussianNoise\).*its stddev is -1/,
    ],
  };
  for (const [name, [layer, message]] of Object.entries(refused)) {
    test(name, async () => {
      const model = tf.sequential({
        layers: [layer, tf.layers.flatten(), tf.layers.dense({ units: 3, activation: 'softmax' })],
      });
      await assert.rejects(compile(model, examples(4)), message);
      model.dispose();
    });
  }
});
