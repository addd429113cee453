import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { siblingChains } from '../../lib/graph/siblings';
import { networks } from '../../lib/models';
import { tf } from '../../lib/runtime/tensorflow';
import { compareWithTfjs } from './eager-step';

type Branch = (input: tf.SymbolicTensor, name: string) => tf.SymbolicTensor;

/** Two branches of one image, side by side, and a classifier. */
function twoBranches(first: Branch, second: Branch): tf.LayersModel {
  const image = tf.input({ shape: [8, 8, 3] });
  const joined = tf.layers.concatenate().apply([first(image, 'a'), second(image, 'b')]) as tf.SymbolicTensor;
  const pooled = tf.layers.globalAveragePooling2d({}).apply(joined) as tf.SymbolicTensor;
  const classes = tf.layers.dense({ units: 3, activation: 'softmax' }).apply(pooled) as tf.SymbolicTensor;
  return tf.model({ inputs: image, outputs: classes });
}

const conv =
  (options: Partial<Parameters<typeof tf.layers.conv2d>[0]> = {}): Branch =>
  (input, name) =>
    tf.layers.conv2d({ name, filters: 4, kernelSize: 3, ...options }).apply(input) as tf.SymbolicTensor;

const normalised =
  (momentum = 0.9): Branch =>
  (input, name) => {
    const normalise = tf.layers.batchNormalization({ name: `${name}_bn`, momentum });
    return tf.layers
      .reLU({ name: `${name}_relu` })
      .apply(normalise.apply(conv()(input, name)) as tf.SymbolicTensor) as tf.SymbolicTensor;
  };

/** The layers of each chain, stage by stage. */
function chainsOf(model: tf.LayersModel): string[][][] {
  const chains = [...new Set(siblingChains(model).values())];
  return chains.map(({ stages }) => stages.map((stage) => stage.map(({ layer }) => layer.name)));
}

describe('siblings', () => {
  test('are convolutions alike of one input, with what is alike behind them', () => {
    assert.deepEqual(chainsOf(twoBranches(conv(), conv({ filters: 7 }))), [[['a', 'b']]]);
    assert.deepEqual(chainsOf(twoBranches(normalised(), normalised())), [
      [
        ['a', 'b'],
        ['a_bn', 'b_bn'],
        ['a_relu', 'b_relu'],
      ],
    ]);
    assert.deepEqual(chainsOf(twoBranches(normalised(0.9), normalised(0.8))), [[['a', 'b']]]);
  });

  test('are not what differs in more than weights and filters', () => {
    const others = [
      { kernelSize: 1 },
      { dilationRate: 2 },
      { activation: 'relu' as const },
      { useBias: false },
      { trainable: false },
    ];
    for (const other of others) {
      const model = twoBranches(conv({ padding: 'same' }), conv({ padding: 'same', ...other }));
      assert.deepEqual(chainsOf(model), [], JSON.stringify(other));
    }
    assert.deepEqual(
      chainsOf(twoBranches(conv({ activation: 'softmax' }), conv({ activation: 'softmax' }))),
      [],
    );
  });

  test('a layer that is used twice, or is an output, stays by itself', () => {
    const image = tf.input({ shape: [8, 8, 3] });
    const shared = tf.layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same' });
    const once = shared.apply(image) as tf.SymbolicTensor;
    const twice = shared.apply(once) as tf.SymbolicTensor;
    const sum = tf.layers.add().apply([twice, conv({ filters: 3, padding: 'same' })(image, 'c')]);
    assert.deepEqual(chainsOf(tf.model({ inputs: image, outputs: sum as tf.SymbolicTensor })), []);

    const [a, b] = ['a', 'b'].map((name) => conv()(image, name));
    const behind = [a, b].map((tensor) => tf.layers.reLU().apply(tensor) as tf.SymbolicTensor);
    assert.deepEqual(chainsOf(tf.model({ inputs: image, outputs: [a, ...behind] })), [[['a', 'b']]]);
  });

  test("Inception10's three 1×1 convolutions are one in each block", () => {
    const model = networks.inception10.build();
    const chains = chainsOf(model);
    assert.equal(chains.length, 4);
    const names = ['1x1', '3x3_reduce', '5x5_reduce'].map((step) => `block1_${step}_conv`);
    const first = chains.find(([convs]) => convs.includes(names[0]));
    assert.deepEqual(new Set(first?.[0]), new Set(names));
    assert.equal(first?.length, 3, 'convolution, batch normalisation, ReLU');
    model.dispose();
  });

  test('do in a step what tfjs does one by one', async () => {
    await compareWithTfjs(twoBranches(normalised(), normalised()), 1);
    await compareWithTfjs(twoBranches(conv({ filters: 2 }), conv({ activation: 'linear', filters: 5 })), 2);
    await compareWithTfjs(twoBranches(normalised(0.9), normalised(0.8)), 3);
    const penalised = conv({ kernelRegularizer: tf.regularizers.l2({ l2: 0.1 }) });
    await compareWithTfjs(twoBranches(conv(), penalised), 4);
  });
});

test('batch normalisation that is used twice follows both batches', async () => {
  const image = tf.input({ shape: [8, 8, 3] });
  const shared = tf.layers.batchNormalization({ name: 'shared', momentum: 0.7 });
  const once = shared.apply(image) as tf.SymbolicTensor;
  const scaled = tf.layers.averagePooling2d({ poolSize: 2 }).apply(once) as tf.SymbolicTensor;
  const twice = shared.apply(scaled) as tf.SymbolicTensor;
  const flat = tf.layers.flatten().apply(twice) as tf.SymbolicTensor;
  const classes = tf.layers.dense({ units: 3, activation: 'softmax' }).apply(flat) as tf.SymbolicTensor;
  await compareWithTfjs(tf.model({ inputs: image, outputs: classes }), 1);
});
