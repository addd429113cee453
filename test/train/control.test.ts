/** What callbacks can do: end a run, change its learning rate; and that a run which goes on keeps to it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { constant, sgd, stepDecay } from '../../lib/recipe';
import { UserError } from '../../lib/runtime/errors';
import { requestInterrupt } from '../../lib/runtime/interrupt';
import { tf } from '../../lib/runtime/tensorflow';
import { readRuns, type History } from '../../lib/runs';
import {
  graphEngine,
  tfjsEngine,
  train,
  type TrainCallbacks,
  type TrainingControl,
  type TrainOptions,
} from '../../lib/train';
import { noiseDataset, temporaryFolder } from './fixtures';

const folder = temporaryFolder('control-');

/** 36 images are trained on, in five steps. */
const dataset = noiseDataset();

function build(): tf.LayersModel {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  return tf.sequential({
    name: 'small',
    layers: [
      tf.layers.flatten({ inputShape: [8, 8, 3] }),
      tf.layers.dense({ units: 3, activation: 'softmax', kernelInitializer }),
    ],
  });
}

interface Done {
  readonly history: History;
  readonly notices: readonly string[];
  readonly weights: readonly number[];
}

async function trained(options: TrainOptions, ...callbacks: TrainCallbacks[]): Promise<Done> {
  const model = build();
  const notices: string[] = [];
  try {
    const history = await train(model, dataset, {
      ...{ epochs: 4, batchSize: 8, optimizer: sgd({ learningRate: 0.5 }), schedule: constant() },
      onNotice: (message) => notices.push(message),
      ...options,
      callbacks,
    });
    return { history, notices, weights: [...model.weights[0].read().dataSync()] };
  } finally {
    model.dispose();
  }
}

const ratesOf = ({ epochs }: History): number[] => epochs.map(({ learningRate }) => learningRate);

describe('a callback ends a run', () => {
  test('after an epoch: it is finished, says why, and is only loaded from then on', async () => {
    const stop: TrainCallbacks = {
      onEpoch: ({ epoch }, _history, control) => {
        if (epoch === 2) control.stop('good enough');
      },
    };
    const run = { name: 'stopped', folder };
    const first = await trained({ run }, stop);
    assert.deepEqual([first.history.epochs.length, first.history.stopReason], [2, 'good enough']);
    assert.deepEqual([first.history.interrupted, first.history.stoppedEarly], [false, false]);
    assert.equal(first.history.weightsOf, 2);
    const [record] = await readRuns({ folder });
    assert.deepEqual([record.status, record.history?.stopReason], ['finished', 'good enough']);
    const again = await trained({ run });
    assert.match(again.notices.join(), /finished already, with 2 of 4 epochs \(good enough\): loaded/);
    assert.deepEqual([again.history, again.weights], [first.history, first.weights]);
    const short = await trained({ epochs: 2 });
    assert.deepEqual(first.weights, short.weights, 'it has trained two epochs and nothing else');
  });

  test('after one that was not due to be validated: it is the last, so it is, and may be the best', async () => {
    const options = { validationFrequency: 3, keep: 'best' } as const;
    const stop: TrainCallbacks = {
      onEpoch: ({ epoch }, _history, control) => {
        if (epoch === 2) control.stop();
      },
    };
    const run = { name: 'unvalidated', folder };
    const { history, weights } = await trained({ ...options, run }, stop);
    const planned = await trained({ ...options, epochs: 2 });
    assert.ok(history.epochs[1].valLoss !== null);
    assert.equal(history.epochs[1].valLoss, planned.history.epochs[1].valLoss);
    assert.deepEqual([history.best, history.weightsOf], [planned.history.best, 2]);
    assert.deepEqual(weights, planned.weights);
    assert.deepEqual((await trained({ ...options, run })).history, history, 'stored');
  });

  test('within an epoch, which ends there: it is validated, and counts its images', async () => {
    const stop: TrainCallbacks = {
      onBatch: ({ epoch, images }, control) => {
        if (epoch === 2 && images === 16) control.stop();
      },
    };
    const { history } = await trained({ engine: tfjsEngine, validationFrequency: 3 }, stop);
    const [whole, cut] = history.epochs;
    assert.deepEqual([whole.images, whole.valLoss], [undefined, null]);
    assert.equal(cut.images, 16);
    assert.ok(cut.valLoss !== null);
    assert.equal(history.images, 36 + 16);
    assert.deepEqual([history.stopReason, history.weightsOf], ['a callback stopped it', 2]);
  });

  test('and an interrupt in the validation after it does not make it forget', async () => {
    const run = { name: 'stopped-interrupted', folder };
    const stop: TrainCallbacks = {
      onBatch: (_progress, control) => {
        control.stop('enough');
        requestInterrupt();
      },
    };
    const { history } = await trained({ run, engine: tfjsEngine }, stop);
    assert.deepEqual(
      [history.interrupted, history.stopReason, history.epochs[0].valLoss],
      [true, null, null],
    );
    const again = await trained({ run, engine: tfjsEngine });
    assert.deepEqual([again.history.stopReason, again.history.images], ['enough', 8]);
    assert.ok(again.history.epochs[0].valLoss !== null);
  });
});

describe('a callback changes the learning rate', () => {
  const after = (wanted: number, change: (control: TrainingControl) => void): TrainCallbacks => ({
    onEpoch: ({ epoch }, _history, control) => {
      if (epoch === wanted) change(control);
    },
  });

  test('to a rate of its own, or by a factor on top of the schedule', async () => {
    const schedule = stepDecay({ every: 1, factor: 0.5 });
    const set = await trained(
      { schedule },
      after(2, (control) => {
        control.setLearningRate(0.01);
      }),
    );
    assert.deepEqual(ratesOf(set.history), [0.5, 0.25, 0.01, 0.01]);
    const scale = await trained(
      { schedule },
      after(1, (control) => {
        control.scaleLearningRate(0.1);
      }),
      after(3, (control) => {
        control.scaleLearningRate(10);
      }),
    );
    [0.5, 0.025, 0.0125, 0.0625].forEach((rate, i) => {
      assert.ok(
        Math.abs(ratesOf(scale.history)[i] - rate) < 1e-12,
        `epoch ${i + 1}: ${ratesOf(scale.history)[i]}`,
      );
    });
    assert.notDeepEqual(set.weights, scale.weights);
  });

  test('from the next step on: the row has the rate of the last step taken', async () => {
    const change: TrainCallbacks = {
      onBatch: ({ epoch, images }, control) => {
        if (epoch === 1 && images === 36) control.setLearningRate(0.125);
      },
    };
    const { history } = await trained({ epochs: 2, engine: tfjsEngine }, change);
    assert.deepEqual(ratesOf(history), [0.5, 0.125]);
  });

  for (const engine of [graphEngine, tfjsEngine]) {
    test(`${engine.name}: and a run that was stopped after it, however, goes on with it`, async () => {
      const change = after(2, (control) => {
        control.setLearningRate(0.05);
      });
      const straight = await trained({ engine }, change);
      assert.deepEqual(ratesOf(straight.history), [0.5, 0.5, 0.05, 0.05]);
      const inEpoch3 = (work: () => void): TrainCallbacks => ({
        onBatch: ({ epoch }) => {
          if (epoch === 3) work();
        },
      });
      const interrupted = { engine, run: { name: `${engine.name}-interrupted`, folder } };
      assert.ok(
        (
          await trained(
            interrupted,
            change,
            inEpoch3(() => void requestInterrupt()),
          )
        ).history.interrupted,
      );
      const died = { engine, run: { name: `${engine.name}-died`, folder } };
      const die = inEpoch3(() => {
        throw new Error('planted');
      });
      await assert.rejects(trained(died, change, die), /planted/);
      for (const options of [interrupted, died]) {
        const { history, weights } = await trained(options);
        assert.deepEqual(ratesOf(history), ratesOf(straight.history));
        assert.deepEqual(weights, straight.weights);
      }
    });
  }

  test('once an epoch, though it is told twice of one whose validation was interrupted', async () => {
    const run = { name: 'twice', folder };
    let told = 0;
    const halve: TrainCallbacks = {
      onEpoch: (_row, _history, control) => {
        told++;
        control.scaleLearningRate(0.5);
      },
    };
    const stop: TrainCallbacks = { onBatch: ({ images }) => void (images === 36 && requestInterrupt()) };
    assert.ok((await trained({ run, engine: tfjsEngine }, halve, stop)).history.interrupted);
    const { history } = await trained({ run, engine: tfjsEngine }, halve);
    assert.deepEqual(ratesOf(history), [0.5, 0.25, 0.125, 0.0625]);
    assert.equal(told, 5);
  });

  test('but not to nonsense', async () => {
    for (const [ask, message] of [
      [-1, /^The learning rate is -1, but has to be a number of at least 0\.$/],
      [NaN, /^The learning rate is NaN/],
    ] as const) {
      await assert.rejects(
        trained(
          {},
          after(1, (control) => {
            control.setLearningRate(ask);
          }),
        ),
        (error) => error instanceof UserError && message.test(error.message),
      );
    }
    await assert.rejects(
      trained(
        {},
        after(1, (control) => {
          control.scaleLearningRate(Infinity);
        }),
      ),
      /^UserError: The factor for the learning rate is Infinity/,
    );
  });
});
