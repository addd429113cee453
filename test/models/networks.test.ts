import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  baseline,
  inception10,
  lenet5,
  networkNamed,
  networks,
  resnet18,
  summary,
  titleOf,
  vgg16,
  type LayerRow,
  type NetworkName,
  type NetworkOptions,
} from '../../lib/models';
import { UserError } from '../../lib/runtime/errors';
import { tf } from '../../lib/runtime/tensorflow';
import { expected, resnetRows } from './expected';

const names = Object.keys(networks) as NetworkName[];

/** Leaves no identities among the speed-run's filters; other networks have no such option. */
const allRandom = { identities: false };

/** Builds a network for the length of `use`. */
function withModel<T>(name: NetworkName, options: NetworkOptions, use: (model: tf.LayersModel) => T): T {
  const model = networks[name].build(options);
  try {
    return use(model);
  } finally {
    model.dispose();
  }
}

function rowsOf(name: NetworkName, options: NetworkOptions = {}): readonly LayerRow[] {
  return withModel(name, options, (model) => summary(model).rows);
}

/** How each kernel of a network starts: its fans, largest absolute value and standard deviation. */
function startsOf(model: tf.LayersModel) {
  return model.layers
    .filter((layer) => ['Conv2D', 'Dense'].includes(layer.getClassName()))
    .map((layer) => {
      const [kernel, ...rest] = layer.getWeights();
      const window = kernel.shape.slice(0, -2).reduce((total, size) => total * size, 1);
      const [fanIn, fanOut] = kernel.shape.slice(-2).map((size) => size * window);
      const deviation = tf.tidy(() => kernel.square().mean().sqrt().dataSync()[0]);
      const bias = rest.length > 0 ? largest(rest[0]) : 0;
      return { layer: layer.name, fanIn, fanOut, count: kernel.size, most: largest(kernel), deviation, bias };
    });
}

for (const name of names) {
  test(`${name} has every row and every total of the table`, () => {
    const { rows, total, trainable, nonTrainable, depth } = expected[name];
    const found = withModel(name, {}, (model) => summary(model));
    assert.equal(found.name, name);
    assert.deepEqual(grouped(found.rows, rows), rows);
    assert.deepEqual(
      [found.parameters, found.trainable, found.nonTrainable],
      [total, trainable, nonTrainable],
    );
    assert.equal(found.depth, depth);
  });

  test(`${name} starts with uniform kernels and biases of zero`, () => {
    withModel(name, { seed: 1, ...allRandom }, (model) => {
      const kernels = startsOf(model);
      for (const { layer, fanIn, fanOut, most, bias } of kernels) {
        // Keras's default is glorot-uniform.
        const variance = name === 'speedrun' ? 1 / (3 * fanIn) : 2 / (fanIn + fanOut);
        const limit = Math.fround(Math.sqrt(3 * variance));
        // A normal distribution of the same variance would reach beyond the limit, a narrower one not near it.
        assert.ok(most <= limit && most > 0.95 * limit, `${layer}: ${most} for a limit of ${limit}`);
        assert.equal(bias, 0, layer);
      }
      assert.ok(kernels.length >= expected[name].depth);
    });
  });

  test(`${name} with he: Keras's he-uniform for kernels that feed a ReLU, glorot-uniform for the others`, () => {
    if (name === 'speedrun') {
      assert.throws(() => networks[name].build({ initialiser: 'he' }), UserError);
      return;
    }
    for (const activation of ['relu', 'tanh'] as const) {
      withModel(name, { seed: 1, initialiser: 'he', activation }, (model) => {
        for (const { layer, fanIn, fanOut, count, most, deviation } of startsOf(model)) {
          const feedsRelu = activation === 'relu' && layer !== 'classes';
          // Keras: VarianceScaling of scale 2 and mode fan_in, or of scale 1 and mode fan_avg.
          const variance = feedsRelu ? 2 / fanIn : 2 / (fanIn + fanOut);
          assert.ok(most <= Math.fround(Math.sqrt(3 * variance)), `${layer}: ${most}`);
          // Five standard errors of the deviation of `count` uniform numbers.
          const error = (5 * Math.sqrt(0.2)) / Math.sqrt(count);
          assert.ok(Math.abs(deviation / Math.sqrt(variance) - 1) < error, `${layer}: ${deviation}`);
        }
      });
    }
  });

  test(`${name} turns images into one distribution each`, () => {
    withModel(name, { seed: 1, inputShape: [32, 40, 1], classes: 3, width: 0.25 }, (model) => {
      const output = tf.tidy(() => {
        const images = tf.randomUniform([2, 32, 40, 1], 0, 1, 'float32', 5);
        return (model.predict(images) as tf.Tensor2D).arraySync();
      });
      assert.deepEqual(
        output.map((row) => row.length),
        [3, 3],
      );
      for (const row of output) {
        const total = row.reduce((sum, share) => sum + share, 0);
        assert.ok(Math.abs(total - 1) < 1e-5, `sums to ${total}`);
      }
    });
  });

  test(`${name}: a seed fixes the weights, and no two layers share theirs`, () => {
    const first = (seed: number): number[][] =>
      withModel(name, { seed, width: 0.25, ...allRandom }, (model) =>
        model.weights
          .filter(({ originalName }) => originalName.endsWith('/kernel'))
          // Shares of the largest, since layers differ in their limits.
          .map((weight) =>
            [...weight.read().dataSync().slice(0, 2)].map((value) => value / largest(weight.read())),
          ),
      );
    const kernels = first(1);
    assert.deepEqual(first(1), kernels);
    assert.notDeepEqual(first(2), kernels);
    assert.equal(new Set(kernels.map(([a, b]) => (a / b).toFixed(4))).size, kernels.length);
  });
}

/** The rows as the table has them: those under a common prefix become one. */
function grouped(found: readonly LayerRow[], rows: (typeof expected)['vgg16']['rows']): unknown[] {
  const prefixes = rows.flatMap(([name]) => (name.endsWith('*') ? [name.slice(0, -1)] : []));
  const result: [string, string, number][] = [];
  for (const { layer, type, parameters } of found) {
    const prefix = prefixes.find((start) => layer.startsWith(start));
    const last = result.at(-1);
    if (prefix === undefined) result.push([layer, type, parameters]);
    else if (last?.[0] === `${prefix}*`) last[2] += parameters;
    else result.push([`${prefix}*`, '', parameters]);
  }
  return result;
}

function largest(values: tf.Tensor): number {
  return (values.dataSync() as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

test('the speed-run starts by passing its input on: filters that are the identity', () => {
  withModel('speedrun', { seed: 1 }, (model) => {
    tf.tidy(() => {
      const apply = (layer: string, x: tf.Tensor): tf.Tensor => model.getLayer(layer).apply(x) as tf.Tensor;
      const wide = tf.randomNormal([2, 7, 7, 256], 0, 1, 'float32', 3);
      assert.deepEqual(apply('group2_conv2', wide).dataSync(), wide.dataSync());
      const narrow = tf.randomNormal([2, 31, 31, 24], 0, 1, 'float32', 4);
      const [same, others] = tf.split(apply('group1_conv1', narrow), [24, 40], 3);
      assert.deepEqual(same.dataSync(), narrow.dataSync());
      assert.ok(largest(others) > 0.1, 'the other filters are random');
    });
  });
});

test('the convolutions of ResNet18 are where the paper has them', () => {
  const found = new Map(rowsOf('resnet18').map(({ layer, parameters }) => [layer, parameters]));
  for (const [layer, parameters] of Object.entries(resnetRows))
    assert.equal(found.get(layer), parameters, layer);
  const shortcuts = [...found.keys()].filter((layer) => layer.endsWith('shortcut_conv'));
  assert.deepEqual(
    shortcuts,
    [2, 3, 4].map((stage) => `stage${stage}_block1_shortcut_conv`),
  );
});

test('building all networks twice leaves no tensor behind', () => {
  const before = tf.memory().numTensors;
  for (const name of [...names, ...names]) networks[name].build().dispose();
  assert.equal(tf.memory().numTensors, before);
});

test('dropout and batch normalisation stand where the rate and the option say', () => {
  const count = (name: NetworkName, type: string, options: NetworkOptions): number =>
    rowsOf(name, options).filter((row) => row.type === type).length;
  const dropouts = {
    baseline: 2,
    lenet5: 2,
    alexnet8: 2,
    vgg16: 7,
    resnet18: 1,
    inception10: 1,
    speedrun: 1,
  };
  const norms = {
    baseline: 1,
    lenet5: 2,
    alexnet8: 2,
    vgg16: 13,
    resnet18: 20,
    inception10: 25,
    speedrun: 6,
  };
  for (const name of names) {
    assert.equal(count(name, 'Dropout', { dropout: 0.3, width: 0.1 }), dropouts[name], name);
    assert.equal(count(name, 'Dropout', { dropout: 0, width: 0.1 }), 0, name);
    assert.equal(count(name, 'BatchNormalization', { batchNorm: true, width: 0.1 }), norms[name], name);
    assert.equal(count(name, 'BatchNormalization', { batchNorm: false, width: 0.1 }), 0, name);
  }
  withModel('vgg16', { dropout: 0.3, width: 0.1 }, (model) => {
    assert.equal(model.getLayer('block3_drop').getConfig()['rate'], 0.3);
  });
});

test('width scales hidden channels and units, down to one, and leaves the classes', () => {
  const last = (name: NetworkName, width: number): (readonly number[])[] =>
    rowsOf(name, { width })
      .filter(({ type }) => type === 'Conv2D' || type === 'Dense')
      .map(({ outputShape }) => outputShape.slice(-1));
  // 6 · 0.4 = 2.4 and 128 · 0.4 = 51.2 are rounded.
  assert.deepEqual(last('baseline', 0.4), [[2], [51], [10]]);
  assert.deepEqual(last('lenet5', 0.001), [[1], [1], [1], [1], [10]]);
  assert.deepEqual(last('lenet5', 2), [[12], [32], [240], [168], [10]]);
});

test('the activation can be chosen, also for LeNet-5, which is sigmoid by default', () => {
  const activationOf = (model: tf.LayersModel, layer: string): unknown => {
    const { activation } = model.getLayer(layer).getConfig();
    model.dispose();
    return activation;
  };
  assert.equal(activationOf(lenet5(), 'c1'), 'sigmoid');
  assert.equal(activationOf(lenet5({ activation: 'relu' }), 'f6'), 'relu');
  assert.equal(activationOf(vgg16({ activation: 'tanh', width: 0.1 }), 'block5_tanh3'), 'tanh');
  assert.equal(activationOf(baseline({ activation: 'elu', batchNorm: false }), 'conv'), 'elu');
});

test('every network can end in logits, from which softmax makes its probabilities', () => {
  const image = tf.randomUniform([2, 32, 32, 3], 0, 1, 'float32', 1);
  for (const [name, { build }] of Object.entries(networks)) {
    const scores = build({ seed: 1, width: 0.1, logits: true });
    const shares = build({ seed: 1, width: 0.1 });
    const [fromScores, direct] = tf.tidy(() => [
      tf.softmax(scores.predict(image) as tf.Tensor).dataSync(),
      (shares.predict(image) as tf.Tensor).dataSync(),
    ]);
    direct.forEach((share, i) => {
      assert.ok(Math.abs(share - fromScores[i]) < 1e-6, `${name}: ${share} and ${fromScores[i]}`);
    });
    scores.dispose();
    shares.dispose();
  }
  image.dispose();
});

test('networks of other depths have that many weighted layers, and a title', () => {
  const models = [
    ...([11, 13, 16, 19] as const).map((depth) => vgg16({ depth, width: 0.1 })),
    ...([18, 20, 34] as const).map((depth) => resnet18({ depth, width: 0.1 })),
  ];
  assert.deepEqual(
    models.map((model) => [model.name, summary(model).depth, titleOf({ name: model.name })]),
    [
      ...[11, 13, 16, 19].map((depth) => [`vgg${depth}`, depth, `VGG${depth}`]),
      ...[18, 20, 34].map((depth) => [`resnet${depth}`, depth, `ResNet${depth}`]),
    ],
  );
  for (const model of models) model.dispose();
});

test('the plain network is the residual one without its sums and projections', () => {
  const rows = rowsOf('resnet18', { width: 0.1 });
  const plain = resnet18({ width: 0.1, shortcuts: false });
  const found = summary(plain);
  assert.equal(titleOf({ name: plain.name }), 'plain-18');
  assert.equal(found.depth, 18);
  assert.deepEqual(
    found.rows.map(({ layer, parameters }) => [layer, parameters]),
    rows
      .filter(({ layer }) => !layer.includes('shortcut') && !layer.endsWith('_add'))
      .map(({ layer, parameters }) => [layer, parameters]),
  );
  plain.dispose();
});

test('without bottlenecks the windows see all maps, and the pool hands all of them on', () => {
  const naive = inception10({ bottlenecks: false });
  const { rows } = summary(naive);
  const row = (name: string): LayerRow => rows.find(({ layer }) => layer === name)!;
  // Three windows of c filters, and what came in: 16 → 3·16 + 16 → 3·16 + 64 → 3·32 + 112 → 3·32 + 208.
  assert.deepEqual(
    [1, 2, 3, 4].map((block) => row(`block${block}_concat`).outputShape),
    [
      [16, 16, 64],
      [16, 16, 112],
      [8, 8, 208],
      [8, 8, 304],
    ],
  );
  assert.equal(row('block4_5x5_conv').parameters, (5 * 5 * 208 + 1) * 32);
  assert.ok(!rows.some(({ layer }) => /reduce|proj/.test(layer)));
  naive.dispose();
});

test('a model of one’s own goes by its name', () => {
  assert.equal(titleOf({ name: 'mine' }), 'mine');
  assert.equal(titleOf({ name: 'model7' }), 'model7');
  assert.equal(titleOf({ name: 'lenet5' }), 'LeNet-5');
  // Networks that have no depth in their names have no siblings of other depths.
  for (const name of ['baseline2', 'speedrun2']) assert.equal(titleOf({ name }), name);
});

test('the registry is complete: every row names a paper that its file could cite', () => {
  for (const [name, { title, idea, paper }] of Object.entries(networks)) {
    assert.ok(title && idea && paper.title && paper.authors, name);
    assert.ok(!idea.endsWith('.') && !idea.includes('\n'), `${name}: one line, no full stop`);
    assert.ok(paper.year >= 1980 && paper.year <= 2030, name);
    assert.ok(URL.canParse(paper.url), paper.url);
  }
});

test('a network is found by its name, and an unknown name lists the known ones', () => {
  assert.equal(networkNamed('baseline').build, baseline);
  fails(() => networkNamed('lenet6'), /"lenet6".*baseline, lenet5, alexnet8, vgg16, resnet18, inception10/);
  fails(() => networkNamed('toString'), /"toString"/);
});

test('options that make no network are refused, with the value and what is allowed', () => {
  const before = tf.memory().numTensors;
  const refused: [NetworkOptions & Record<string, unknown>, RegExp][] = [
    [{ width: 0 }, /^width is 0, but has to be a number above 0/],
    [{ width: -1 }, /^width is -1/],
    [{ width: NaN }, /^width is NaN/],
    [{ width: Infinity }, /^width is Infinity/],
    [{ dropout: 1 }, /^dropout is 1, but has to be a number of at least 0 and below 1/],
    [{ dropout: -0.1 }, /^dropout is -0\.1/],
    [{ classes: 1 }, /^classes is 1, but has to be a whole number of at least 2/],
    [{ classes: 2.5 }, /^classes is 2\.5/],
    [{ seed: 0.5 }, /^seed is 0\.5, but has to be a whole number/],
    [{ activation: 'rleu' as 'relu' }, /^activation is "rleu", but has to be one of relu, elu, .*linear/],
    [{ initialiser: 'lecun' as 'he' }, /^initialiser is "lecun", but has to be one of glorot, he/],
    [{ batchNorm: 'no' as unknown as boolean }, /^batchNorm is "no", but has to be true or false/],
    [
      { inputShape: [32, 32] as unknown as [number, number, number] },
      /^inputShape is \[32,32\], .*height, width/,
    ],
    [{ inputShape: [32, 0, 3] }, /^inputShape is \[32,0,3\]/],
    [{ inputShape: [32, 32, 1.5] }, /^inputShape is \[32,32,1\.5\]/],
  ];
  for (const name of names) {
    for (const [options, message] of refused) fails(() => networks[name].build(options), message);
  }
  fails(() => vgg16({ depth: 12 as 11 }), /^depth is 12, but has to be one of 11, 13, 16, 19/);
  fails(() => resnet18({ depth: 50 as 18 }), /^depth is 50, but has to be one of 18, 20, 34/);
  fails(
    () => resnet18({ shortcuts: 'no' as unknown as boolean }),
    /^shortcuts is "no", but has to be true or/,
  );
  fails(
    () => inception10({ bottlenecks: 1 as unknown as boolean }),
    /^bottlenecks is 1, but has to be true or/,
  );
  fails(() => lenet5({ pooling: 'min' as 'max' }), /^pooling is "min", but has to be max or average/);
  assert.equal(tf.memory().numTensors, before);
});

test('the least image is built, one pixel less is refused before tfjs sees it', () => {
  const sides = { baseline: 1, lenet5: 16, alexnet8: 21, vgg16: 1, resnet18: 1, inception10: 1, speedrun: 9 };
  for (const name of names) {
    const side = sides[name];
    const build = (height: number, width: number): void => {
      networks[name].build({ inputShape: [height, width, 3], width: 0.1 }).dispose();
    };
    build(side, side);
    if (side === 1) continue;
    const message = new RegExp(`^inputShape is .*, but has to be at least \\[${side}, ${side}, 3\\]`);
    for (const shape of [
      [side - 1, side],
      [side, side - 1],
    ] as const) {
      fails(() => {
        build(...shape);
      }, message);
    }
  }
});

function fails(act: () => unknown, message: RegExp): void {
  assert.throws(act, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    return true;
  });
}
