/**
 * Thousands of steps with the graph engine: no tensor more than at the start, memory that stays where it is, and no
 * file left behind. `npm run stress:graph [STEPS]`; two minutes for the 5,000 steps of each network.
 */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import { Random } from '../../lib/data/random';
import { networks } from '../../lib/models';
import { adam, crossEntropy, noAugmentation } from '../../lib/recipe';
import { tf } from '../../lib/runtime/tensorflow';
import { graphEngine } from '../../lib/train';

const steps = Number(process.argv[2] ?? 5000);
const batchSize = 32;
const count = 2048;
const random = new Random(1);
const images = {
  images: Uint8Array.from({ length: count * 3072 }, () => random.below(256)),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
  count,
};

async function soak(name: 'baseline' | 'lenet5'): Promise<void> {
  // Other processes have some of their own.
  const folders = (): string[] =>
    fs.readdirSync(os.tmpdir()).filter((entry) => entry.startsWith(`tslab-graph~${process.pid}+`));
  const model = networks[name].build({ seed: 1 });
  const run = await graphEngine.start({
    model,
    images,
    imageShape: [32, 32, 3],
    normalisation: null,
    batchSize,
    optimizer: adam(),
    loss: crossEntropy(),
    augmentation: noAugmentation,
    precision: 'float32',
    seed: 1,
  });
  const stretch = Math.ceil(steps / 10);
  const memory: number[] = [];
  const tensors: number[] = [];
  // The first stretch warms up: TensorFlow's allocator and Node's heap take what they need.
  for (let i = 0; i <= 10; i++) {
    const order = Uint32Array.from({ length: stretch * batchSize }, (_, j) => (i * 977 + j) % count);
    await run.train({ order, firstStep: i * stretch, learningRate: () => 1e-4 }, () => true);
    globalThis.gc?.();
    memory.push(process.memoryUsage().rss / 2 ** 20);
    tensors.push(tf.memory().numTensors);
  }
  run.dispose();
  model.dispose();
  console.log(
    `${name}: RSS in MB after each ${stretch} steps: ${memory.map((mb) => mb.toFixed(0)).join(' ')}`,
  );
  console.log(`${name}: tensors: ${tensors.join(' ')}`);
  assert.equal(new Set(tensors).size, 1, 'the number of tensors stays');
  const [, warm, ...later] = memory;
  const growth = Math.max(...later) / warm - 1;
  assert.ok(growth <= 0.02, `memory grew by ${(growth * 100).toFixed(1)} %`);
  assert.deepEqual(folders(), [], 'no folder is left behind');
}

void (async () => {
  await soak('baseline');
  await soak('lenet5');
  console.log(`Steady over ${steps} steps each.`);
})();
