/** Dilated convolutions, which TensorFlow trains on a CPU only with oneDNN. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { test } from 'node:test';
import { projectRoot, registerTs } from '../../lib/runtime/paths';

const inLib = (file: string): string => JSON.stringify(path.join(projectRoot, 'lib', file));

/** A step of training with a dilated convolution, in a process of its own: TensorFlow reads its environment once. */
const step = `
  const { tf } = require(${inLib('runtime/tensorflow')});
  const { compile, examples, indices } = require(${JSON.stringify(path.join(__dirname, 'fixtures'))});
  const model = tf.sequential({ layers: [
    tf.layers.conv2d({ name: 'wide', inputShape: [8, 8, 3], filters: 2, kernelSize: 3, dilationRate: 2 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 3, activation: 'softmax' }),
  ] });
  compile(model, examples(8)).then((trainer) => {
    const before = model.getWeights()[0].dataSync();
    trainer.step(indices(0, 8), 0, 0.1);
    trainer.writeModel();
    const moved = model.getWeights()[0].dataSync().some((value, i) => value !== before[i]);
    return { gpu: tf.backend().isUsingGpuDevice, moved };
  }, (error) => {
    return { gpu: tf.backend().isUsingGpuDevice, name: error.name, message: error.message };
  }).then((answer) => console.log(JSON.stringify(answer)));`;

interface Answer {
  readonly gpu: boolean;
  readonly moved?: boolean;
  readonly name?: string;
  readonly message?: string;
}

function train(setting: string | undefined): Answer {
  const env = { ...process.env, TF_ENABLE_ONEDNN_OPTS: setting };
  const { stdout, stderr } = spawnSync(process.execPath, ['-r', registerTs, '-e', step], {
    env,
    encoding: 'utf8',
  });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Answer;
}

test('a dilated convolution trains, since oneDNN is on unless the user turns it off', () => {
  assert.equal(train(undefined).moved, true);
});

test('without oneDNN it is refused on a CPU, in a sentence with the way out', () => {
  const { gpu, moved, name, message = '' } = train('0');
  if (gpu) {
    assert.equal(moved, true);
    return;
  }
  assert.equal(name, 'UserError');
  assert.match(message, /The layer "wide" \(Conv2D\).*dilationRate is 2,2.*set it to 1/);
});
