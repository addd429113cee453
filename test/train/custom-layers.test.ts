/** Layers that users write: trained as the built-in ones are, part of a run's identity, refused where they don't fit. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { evaluate } from '../../lib/evaluate';
import { lowers, type LowerCustomLayer } from '../../lib/graph';
import { tf } from '../../lib/runtime/tensorflow';
import { tfjsEngine, train, type TrainOptions } from '../../lib/train';
import { lossesOf, noiseDataset, says, temporaryFolder } from './fixtures';

const folder = temporaryFolder('custom-layers-');
const dataset = noiseDataset();
const options: TrainOptions = { epochs: 2, batchSize: 8, validation: 'test', onNotice: () => undefined };

const glorot = () => tf.initializers.glorotUniform({ seed: 7 });

/** A dense layer with a penalty and a choice of activation, as `tf.layers.dense` is. */
class OwnDense extends tf.layers.Layer {
  static className = 'OwnDense';
  #kernel!: tf.LayerVariable;
  readonly #units: number;

  constructor({ units, ...options }: { units: number; name?: string }) {
    super(options);
    this.#units = units;
  }
  override build(shape: tf.Shape | tf.Shape[]): void {
    const inputs = (shape as tf.Shape)[1] ?? 0;
    this.#kernel = this.addWeight('kernel', [inputs, this.#units], 'float32', glorot());
    super.build(shape);
  }
  override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape {
    return [(shape as tf.Shape)[0], this.#units];
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => tf.softmax(tf.matMul([inputs].flat()[0], this.#kernel.read())));
  }
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), units: this.#units };
  }
}

const lowerDense: LowerCustomLayer = ([x], layer, g) => {
  assert.equal(layer.config.number('units'), 3);
  return layer.softmax(g.matMul(x, layer.weight('kernel')));
};

/** Adds noise in training, as dropout takes values away. */
class Noise extends tf.layers.Layer {
  static className = 'Noise';
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.clone([inputs].flat()[0]);
  }
}

const lowerNoise: LowerCustomLayer = ([x], layer, g) => {
  if (!layer.training) return x;
  return g.add(x, g.cast(g.statelessUniform(g.shapeOf(x), x.shape, layer.seed()), x.dtype));
};

function close(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  assert.equal(found.length, expected.length);
  for (let i = 0; i < found.length; i++) {
    assert.ok(Math.abs(found[i] - expected[i]) <= tolerance, `${found[i]}, not ${expected[i]}`);
  }
}

function network(...layers: tf.layers.Layer[]): tf.LayersModel {
  return tf.sequential({ layers: [tf.layers.flatten({ inputShape: [8, 8, 3] }), ...layers] });
}

const builtIn = (): tf.layers.Layer =>
  tf.layers.dense({ units: 3, useBias: false, activation: 'softmax', kernelInitializer: glorot() });

describe("a layer of one's own", () => {
  test('trains as the built-in one does, with softmax and logits, in both engines', async () => {
    lowers(OwnDense, lowerDense);
    const own = network(new OwnDense({ units: 3 }));
    const theirs = network(builtIn());
    const ours = await train(own, dataset, options);
    close(lossesOf(ours), lossesOf(await train(theirs, dataset, options)));
    close([(await evaluate(own, dataset)).loss], [(await evaluate(theirs, dataset)).loss]);
    const inTfjs = network(new OwnDense({ units: 3 }));
    await train(inTfjs, dataset, { ...options, engine: tfjsEngine });
    const [a, b] = [own, inTfjs].map((model) => model.getWeights()[0].dataSync());
    close(a, b, 1e-3);
  });

  test('computes in bfloat16 where the others do', async () => {
    const history = await train(network(new OwnDense({ units: 3 })), dataset, {
      ...options,
      precision: 'mixed_bfloat16',
    });
    assert.equal(history.epochs.length, 2);
  });

  test('draws anew in each step, the same in each run, and nothing when measured', async () => {
    lowers(Noise, lowerNoise);
    const once = (more: TrainOptions = {}) =>
      train(network(new Noise({}), builtIn()), dataset, { ...options, ...more });
    const [a, b, other] = [await once(), await once(), await once({ seed: 2 })].map(lossesOf);
    close(a, b);
    assert.throws(() => {
      close(a, other);
    });
  });

  test('is loaded from what a run stored', async () => {
    const model = network(new OwnDense({ units: 3 }));
    const modelTopology = model.toJSON(null, false) as object;
    const loaded = await tf.loadLayersModel({ load: () => Promise.resolve({ modelTopology }) });
    assert.equal(loaded.layers[1].getClassName(), 'OwnDense');
  });

  test('belongs to the identity of a run, with the text of its class and its operations', async () => {
    const run = { name: 'own', folder };
    await train(network(new Noise({}), builtIn()), dataset, { ...options, run });
    // A cell that is run again defines the same anew.
    lowers(Noise, lowerNoise);
    await train(network(new Noise({}), builtIn()), dataset, { ...options, run });
    lowers(Noise, ([x], layer, g) => (layer.training ? g.mul(x, 1) : x));
    await assert.rejects(
      train(network(new Noise({}), builtIn()), dataset, { ...options, run }),
      says(/other options:\n\s+customLayers\.Noise: /),
    );
  });
});

describe('a layer is refused, in a sentence', () => {
  class Same extends tf.layers.Layer {
    static className = 'Same';
    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return tf.clone([inputs].flat()[0]);
    }
  }
  const refused = (lower: LowerCustomLayer, message: RegExp): Promise<void> => {
    lowers(Same, lower);
    return assert.rejects(train(network(new Same({}), builtIn()), dataset, options), says(message));
  };

  test('that gives another shape than it says, or computes something else than it is', async () => {
    await refused(
      ([x], _layer, g) => g.slice(x, [0, 0], [null, 4]),
      /The layer "same_.*" \(Same\) returns float32 \[\?, 4\], but has to return float32 \[\?, 192\]/,
    );
    await refused(([x], layer) => (layer.weight('none'), x), /it has no weight "none"/);
    await refused(
      ([x], _layer, g) => g.mul(x, g.slice(x, [0, 0], [null, 4])),
      /cannot be built: .*do not broadcast/,
    );
    await refused(
      ([x], _layer, g) => g.mul(x, 2),
      /\(Same\): for the first 4 images the loss is .* by call, .* by lowers/,
    );
  });

  test('whose name is missing, or that of a layer that is compiled already', () => {
    class Nameless extends tf.layers.Layer {}
    assert.throws(
      () => {
        lowers(Nameless as never, lowerNoise);
      },
      says(/The class Nameless has no name for stored networks: give it `static className = 'Nameless'`/),
    );
    class Dense extends tf.layers.Layer {
      static className = 'Dense';
    }
    assert.throws(
      () => {
        lowers(Dense, lowerDense);
      },
      says(/compiles layers of the class "Dense" already/),
    );
  });
});
