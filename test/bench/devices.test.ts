/** What doctor says about training on a GPU and on the CPU. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareDevices, describeStepTimes } from '../../lib/bench/devices';

test('without a GPU, nothing is timed', async () => {
  const time = (): Promise<number> => Promise.reject(new Error('timed'));
  assert.equal(await compareDevices({ device: 'CPU' }, time), undefined);
  assert.equal(await compareDevices({ device: 'none' }, time), undefined);
});

test('with a GPU, a step is timed there and, with all cards hidden, on the CPU', async () => {
  const time = ({ CUDA_VISIBLE_DEVICES: visible }: NodeJS.ProcessEnv): Promise<number> =>
    Promise.resolve(visible === '' ? 6 : 1.5);
  assert.deepEqual(await compareDevices({ device: 'GPU' }, time), { gpu: 1.5, cpu: 6 });
});

test('the faster device is named, and how to choose the CPU', () => {
  assert.equal(
    describeStepTimes({ gpu: 1.5, cpu: 6 }),
    'Baseline, batch 32: 1.50 ms on the GPU, 6.00 ms on the CPU; small networks train 4.0 times faster on the GPU',
  );
  assert.match(
    describeStepTimes({ gpu: 3, cpu: 2 }),
    /train 1\.5 times faster on the CPU; to train there, set CUDA_VISIBLE_DEVICES to an empty text$/,
  );
});

test('what doctor uses of the bench does not load TensorFlow, which may be broken', () => {
  const loaded = Object.keys(require.cache).filter((file) => file.includes('tfjs'));
  assert.deepEqual(loaded, []);
});
