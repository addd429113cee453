/** Parts that users write, in training: what they give, what a run keeps of them, and what is refused. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { evaluate } from '../../lib/evaluate';
import {
  customLoss,
  customMetric,
  customOptimizer,
  type CustomOutput,
  type Operations,
  type PerImage,
} from '../../lib/graph';
import {
  adam,
  crossEntropy,
  noAugmentation,
  sgd,
  type CustomLoss,
  type CustomOptimizer,
} from '../../lib/recipe';
import type { Value } from '../../lib/graph/graph';
import { UserError } from '../../lib/runtime/errors';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { tf } from '../../lib/runtime/tensorflow';
import { graphEngine, tfjsEngine, train, type TrainOptions } from '../../lib/train';
import { lossesOf, noiseDataset, smallModel, temporaryFolder } from './fixtures';
import { stepwise } from './stepwise';

const folder = temporaryFolder('custom-');
const dataset = noiseDataset();

const options: TrainOptions = {
  epochs: 2,
  batchSize: 8,
  validation: 'test',
  onNotice: () => undefined,
};

const ownCrossEntropy = customLoss((labels, { logits }, g) => g.sparseCrossEntropy(logits, labels), {
  name: 'own',
});

const hits = customMetric((labels, { value }, g) => g.cast(g.equal(g.argMax(value), labels), 'float32'), {
  name: 'hits',
});

/** Gradient descent with momentum, as Keras has it. */
function momentum(beta = 0.9): CustomOptimizer {
  return customOptimizer(
    {
      slots: { step: 0 },
      update({ weight, gradient, slots, learningRate }, g, settings) {
        const step = g.sub(g.mul(slots.step, settings.beta), g.mul(gradient, learningRate));
        return { weight: g.add(weight, step), slots: { step } };
      },
    },
    { name: 'momentum', settings: { beta }, learningRate: 0.01 },
  );
}

const says =
  (message: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    return true;
  };

async function trained(more: TrainOptions, model = smallModel()) {
  const history = await train(model, dataset, { ...options, ...more });
  const weights = model.getWeights().map((weight) => weight.dataSync().slice());
  return { model, history, weights };
}

describe("a loss, a metric and an optimizer of one's own", () => {
  test('do what the built-in ones do, if they say the same', async () => {
    const own = await trained({ loss: ownCrossEntropy, optimizer: momentum(), metrics: [hits] });
    const builtIn = await trained({
      loss: crossEntropy(),
      optimizer: sgd({ momentum: 0.9, learningRate: 0.01 }),
    });
    own.weights.forEach((values, i) => {
      values.forEach((value, j) => {
        assert.ok(Math.abs(value - builtIn.weights[i][j]) < 1e-5, own.model.weights[i].originalName);
      });
    });
    own.history.epochs.forEach((row, i) => {
      const { loss, valLoss } = builtIn.history.epochs[i];
      assert.ok(Math.abs(row.loss - loss) < 1e-5 && Math.abs((row.valLoss ?? NaN) - (valLoss ?? NaN)) < 1e-5);
      assert.ok(Math.abs((row.metrics?.['hits'] ?? NaN) - row.accuracy) < 1e-6);
      assert.ok(Math.abs((row.valMetrics?.['hits'] ?? NaN) - (row.valAccuracy ?? NaN)) < 1e-6);
    });
    const [ours, theirs] = [await evaluate(own.model, dataset), await evaluate(builtIn.model, dataset)];
    assert.ok(Math.abs(ours.loss - theirs.loss) < 1e-5);
    assert.equal(ours.metrics?.['hits'], ours.accuracy);
    assert.equal(theirs.metrics, undefined);
  });

  test('on a model without a softmax, with outputs that are logits', async () => {
    const linear = (): tf.LayersModel =>
      tf.sequential({
        layers: [
          tf.layers.flatten({ inputShape: [8, 8, 3] }),
          tf.layers.dense({ units: 3, kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }) }),
        ],
      });
    await assert.rejects(trained({ loss: ownCrossEntropy }, linear()), says(/"own" reads output\.logits/));
    const fromLogits = { ...ownCrossEntropy, fromLogits: true };
    const own = await trained({ loss: fromLogits, metrics: [hits] }, linear());
    const builtIn = await trained({ loss: crossEntropy({ fromLogits: true }) }, linear());
    lossesOf(own.history).forEach((loss, i) => {
      assert.ok(Math.abs(loss - lossesOf(builtIn.history)[i]) < 1e-5);
    });
    const [ours, theirs] = [await evaluate(own.model, dataset), await evaluate(builtIn.model, dataset)];
    assert.deepEqual(ours.confidences, theirs.confidences);
  });

  test("take a slot's old value, whatever its new one is", async () => {
    const delayed = customOptimizer({
      slots: { last: 0 },
      update: ({ weight, gradient, slots, learningRate }, g) => ({
        weight: g.sub(weight, g.mul(slots.last, learningRate)),
        slots: { last: gradient },
      }),
    });
    const once = { epochs: 1, batchSize: dataset.train.count };
    const start = await trained({ ...once, optimizer: sgd({ learningRate: 0 }) });
    const first = await trained({ ...once, optimizer: delayed });
    // Moving statistics follow the batch in any case.
    first.model.weights.forEach(({ originalName }, i) => {
      if (!originalName.includes('moving'))
        assert.deepEqual(first.weights[i], start.weights[i], originalName);
    });
  });

  test('leave slots alone in a step whose loss is not finite', async () => {
    const counting = customOptimizer({
      slots: { steps: 0 },
      update: ({ weight, slots }, g) => ({
        weight: g.add(weight, 1),
        slots: { steps: g.add(slots.steps, 1) },
      }),
    });
    const broken = customLoss((_labels, { value }, g) => g.div(g.sum(g.mul(value, 0), [1]), 0), {
      name: 'nan',
    });
    const model = smallModel();
    const before = model.getWeights().map((weight) => weight.dataSync().slice());
    const run = await graphEngine.start({
      model,
      images: dataset.train,
      imageShape: dataset.imageShape,
      normalisation: null,
      batchSize: 8,
      loss: broken,
      optimizer: counting,
      augmentation: noAugmentation,
      precision: 'float32',
      seed: 1,
    });
    try {
      let failed = false;
      await run.train(
        { order: Uint32Array.of(0, 1, 2), firstStep: 0, learningRate: () => 1 },
        ({ failure }) => (failed ||= failure !== undefined),
      );
      assert.ok(failed);
      for (const { values } of (await run.slots()).values()) assert.ok(values.every((value) => value === 0));
      model.getWeights().forEach((weight, i) => {
        assert.deepEqual(weight.dataSync().slice(), before[i]);
      });
    } finally {
      run.dispose();
    }
  });
});

describe('a run keeps what users wrote apart', () => {
  const whole: TrainOptions = {
    loss: ownCrossEntropy,
    optimizer: momentum(),
    metrics: [hits],
    classWeights: [1, 2, 0.5],
    sampleWeights: Float32Array.from({ length: dataset.train.count }, (_, i) => (i % 5) / 2),
  };

  test('and goes on exactly, interrupted at any step', async () => {
    const straight = await trained({ ...whole, run: { name: 'straight', folder } });
    for (const stopAt of [1, 3, 5, 7]) {
      const name = `stopped-${stopAt}`;
      let steps = 0;
      const stop = {
        onBatch: () => {
          if (++steps === stopAt) requestInterrupt();
        },
      };
      const first = await trained({
        ...whole,
        engine: stepwise(graphEngine),
        run: { name, folder },
        callbacks: [stop],
      });
      assert.ok(first.history.interrupted);
      const resumed = await trained({ ...whole, run: { name, folder } });
      assert.deepEqual(resumed.weights, straight.weights);
      resumed.history.epochs.forEach((row, i) => {
        const { metrics, valMetrics } = straight.history.epochs[i];
        assert.ok(Math.abs((row.metrics?.['hits'] ?? NaN) - (metrics?.['hits'] ?? NaN)) < 1e-9);
        assert.deepEqual(row.valMetrics, valMetrics);
      });
    }
  });

  test('by name, settings and source, as plain data', () => {
    const file = path.join(folder, 'straight', 'run.json');
    const { settings } = JSON.parse(fs.readFileSync(file, 'utf8')) as {
      settings: { recipe: Record<string, object>; dataset: { sampleWeights: string } };
    };
    const { recipe, dataset: images } = settings;
    const source = /^[0-9a-f]{64}$/;
    assert.match((recipe['loss'] as CustomLoss).source, source);
    assert.deepEqual(recipe['loss'], { ...(JSON.parse(JSON.stringify(ownCrossEntropy)) as object) });
    assert.deepEqual((recipe['optimizer'] as CustomOptimizer).settings, { beta: 0.9 });
    assert.match(images.sampleWeights, source);
  });

  const resumed = (change: TrainOptions): Promise<unknown> =>
    trained({ ...whole, ...change, run: { name: 'straight', folder } });

  test('and is not continued with others', async () => {
    const anew = customLoss((labels, { logits }, g) => g.sparseCrossEntropy(logits, labels), { name: 'own' });
    await resumed({ loss: anew });
    const otherSource = customLoss((labels, { value }, g) => g.sparseCrossEntropy(value, labels), {
      name: 'own',
    });
    await assert.rejects(resumed({ loss: otherSource }), says(/other options:\n\s+recipe\.loss\.source: /));
    await assert.rejects(
      resumed({ optimizer: momentum(0.8) }),
      says(/optimizer\.settings\.beta: 0\.9 there, 0\.8 here/),
    );
    await assert.rejects(resumed({ metrics: [] }), says(/recipe\.metrics/));
    await assert.rejects(resumed({ classWeights: null }), says(/recipe\.classWeights: \[1,2,0\.5\] there/));
    await assert.rejects(resumed({ sampleWeights: undefined }), says(/dataset\.sampleWeights: /));
  });

  test('and says so where the code is not at hand', async () => {
    const recorded = JSON.parse(JSON.stringify(ownCrossEntropy)) as CustomLoss;
    const message = /The code of the custom loss "own" is not at hand: .* Define it again with customLoss/;
    await assert.rejects(trained({ loss: recorded }), says(message));
    const { model, history } = await trained({ ...whole, loss: recorded, run: { name: 'straight', folder } });
    assert.equal(history.epochs.length, 2);
    await assert.rejects(evaluate(model, dataset), says(message));
    const again = await evaluate(model, dataset, { loss: ownCrossEntropy });
    assert.ok(Math.abs(again.loss - (history.epochs[1].valLoss ?? NaN)) < 1e-6);
  });
});

describe('a mistake in what users write is one sentence', () => {
  const losses: Readonly<Record<string, readonly [PerImage<Record<string, never>>, RegExp]>> = {
    'a number for each class': [
      (labels, { value }, g) => g.mul(value, g.oneHot(labels, 3)),
      /"wrong" returns float32 \[\?, 3\], but has to return float32 \[\?\]: a number for each image/,
    ],
    'a number for the batch': [(_labels, { value }, g) => g.mean(value), /returns float32 \[\]/],
    'a number of another type': [(labels) => labels, /returns int32 \[\?\]/],
    nothing: [() => undefined as never, /"wrong" returns undefined/],
    'shapes that do not fit': [
      (labels, { value }, g) => g.sum(g.mul(value, g.oneHot(labels, 4)), [1]),
      /"wrong" cannot be built: .*Mul: \[\?, 3\] and \[\?, 4\] do not broadcast\./,
    ],
    'two numbers': [
      (_labels, _output, g: Operations) => g.add(1 as never, 2 as never),
      /"wrong" cannot be built: .* not 1 and 2\./,
    ],
  };
  for (const [name, [loss, message]] of Object.entries(losses)) {
    test(`a loss that gives ${name}`, async () => {
      await assert.rejects(trained({ loss: customLoss(loss, { name: 'wrong' }) }), says(message));
      const metrics = [customMetric(loss, { name: 'wrong' })];
      await assert.rejects(trained({ metrics }), says(message));
    });
  }

  test('a loss that no weight decides', async () => {
    const constant = customLoss((labels, _output, g) => g.cast(labels, 'float32'), { name: 'constant' });
    await assert.rejects(trained({ loss: constant }), says(/the loss does not depend on it/));
  });

  test('an optimizer that gives another shape, or a slot that it does not have', async () => {
    const wrong = (update: Parameters<typeof customOptimizer>[0]['update']): Promise<unknown> =>
      trained({ optimizer: customOptimizer({ update }, { name: 'wrong' }) });
    await assert.rejects(
      wrong(({ weight }, g) => ({ weight: g.sum(weight) })),
      says(/"wrong" returns float32 \[\], but has to return float32 \[.*\]: the new weight/),
    );
    await assert.rejects(
      wrong(({ weight }) => ({ weight, slots: { more: weight } as Record<string, Value> })),
      says(/"wrong" returns the slot "more", which it does not declare/),
    );
  });

  test('settings that JSON cannot hold, names that are taken or missing, and code that cannot be read', () => {
    const give = (_labels: unknown, { value }: CustomOutput, g: Operations) => g.sum(value, [1]);
    assert.throws(() => customLoss(give, { settings: { at: new Date() as never } }), says(/^settings is /));
    assert.throws(() => customLoss(give, { settings: { at: NaN } }), says(/^settings is /));
    assert.throws(() => customLoss(give, { name: '' }), says(/loss\.name is ""/));
    assert.throws(() => customLoss(give.bind(null)), says(/has no source text/));
    const slots = { 'a/b': 0 };
    assert.throws(
      () => customOptimizer({ slots, update: ({ weight }) => ({ weight }) }),
      says(/optimizer\.slots/),
    );
  });

  test('two metrics of one name', async () => {
    await assert.rejects(trained({ metrics: [hits, hits] }), says(/metrics\[1\]\.name is "hits"/));
  });

  test('weights that are not one for each class, or image', async () => {
    await assert.rejects(
      trained({ classWeights: [1, 2] }),
      says(/classWeights is \[1,2\], but has to be a list of 3/),
    );
    await assert.rejects(trained({ classWeights: [1, 2, -1] }), says(/at least 0, not all of them 0/));
    await assert.rejects(trained({ classWeights: [0, 0, 0] }), says(/not all of them 0/));
    await assert.rejects(trained({ sampleWeights: [1] }), says(/has 1 numbers, .* 40 training images/));
    const bad = new Float32Array(40).fill(1);
    bad[7] = NaN;
    await assert.rejects(trained({ sampleWeights: bad }), says(/sampleWeights\[7\] is NaN/));
    await assert.rejects(trained({ sampleWeights: new Float32Array(40) }), says(/above 0 for some image/));
  });
});

test('tfjs refuses each of them by name', async () => {
  const refused: readonly (readonly [TrainOptions, RegExp])[] = [
    [{ loss: ownCrossEntropy }, /no custom losses \("own"\)/],
    [{ metrics: [hits] }, /no custom metrics \("hits"\)/],
    [{ optimizer: momentum() }, /no custom optimizers \("momentum"\)/],
    [{ classWeights: [1, 2, 3] }, /no class weights/],
    [{ sampleWeights: new Float32Array(40).fill(1) }, /no sample weights/],
  ];
  for (const [more, message] of refused) {
    await assert.rejects(
      trained({ ...more, optimizer: more.optimizer ?? adam(), engine: tfjsEngine }),
      says(message),
    );
  }
});
