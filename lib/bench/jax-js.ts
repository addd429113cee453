/**
 * jax-js as a contender, as a process: `jax-js.ts FOLDER`, with the folder whose node_modules hold it. See protocol.ts.
 *
 * The whole step is one jitted function, on WebAssembly: of jax-js's devices, Node has it and the slow interpreter.
 */
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { Random } from '../data/random';
import { buildNetwork, networkNames, type Weights } from './jax-js-networks';
import { provideWorkers } from './jax-js-workers';
import type { Arr, JaxJs } from './jax-js-types';
import {
  benchImages,
  type DescribeAnswer,
  type PrepareAnswer,
  type Question,
  type TrainAnswer,
} from './protocol';
import { serve } from './serve';

const [beta1, beta2, epsilon, learningRate] = [0.9, 0.999, 1e-7, 1e-3];
const pixelsOfImage = 3 * 32 * 32;

/** The network under test, and what a step changes. */
interface Bench {
  readonly step: (state: State, batch: Batch) => { readonly state: State; readonly loss: Arr };
  state: State;
  readonly batch: number;
  readonly count: number;
  readonly dropouts: number;
  done: number;
}

// Types, not interfaces: jax-js takes trees of arrays.
type State = {
  readonly weights: Weights;
  readonly statistics: Weights;
  readonly first: Weights;
  readonly second: Weights;
};

type Batch = {
  readonly images: Arr;
  readonly labels: Arr;
  readonly rate: Arr;
  readonly keys: readonly Arr[];
};

function load(folder: string): { jax: JaxJs; version: string } {
  const require = createRequire(path.resolve(folder, 'package.json'));
  const name = '@jax-js/jax';
  try {
    const jax = require(name) as JaxJs;
    // Its package.json is not among what it exports.
    const root = path.resolve(path.dirname(require.resolve(name)), '..');
    const { version } = require(path.join(root, 'package.json')) as { version: string };
    return { jax, version };
  } catch (error) {
    // The last line on standard error is what the bench tells.
    console.error(String(error).split('\n')[0]);
    process.exit(1);
  }
}

const threads = provideWorkers();
const { jax, version } = load(process.argv[2]);
const { numpy: np } = jax;

const random = new Random(1);
const pixels = Uint8Array.from({ length: benchImages * pixelsOfImage }, () => random.below(256));
const classes = Uint8Array.from({ length: benchImages }, () => random.below(10));

const mapped = (weights: Weights, change: (weight: Arr, name: string) => Arr): Weights =>
  Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, change(weight, name)]));

/** Adam with Keras's numbers; `rate` holds the learning rate with both corrections. */
function adamStep(state: State, gradients: Weights, rate: Arr): Pick<State, 'weights' | 'first' | 'second'> {
  const first = mapped(state.first, (m, name) => m.mul(beta1).add(gradients[name].ref.mul(1 - beta1)));
  const second = mapped(state.second, (v, name) =>
    v.mul(beta2).add(np.square(gradients[name]).mul(1 - beta2)),
  );
  const weights = mapped(state.weights, (weight, name) =>
    weight.sub(rate.ref.mul(first[name].ref).div(np.sqrt(second[name].ref).add(epsilon))),
  );
  rate.dispose();
  return { weights, first, second };
}

async function prepare(network: string, batch: number, count: number): Promise<PrepareAnswer> {
  if (current) jax.tree.dispose(current.state);
  const start = performance.now();
  const { weights, statistics, dropouts, forward } = buildNetwork(jax, network, batch);
  const parameters = [...Object.values(weights), ...Object.values(statistics)]
    .map(({ shape }) => shape.reduce((product, size) => product * size, 1))
    .reduce((sum, size) => sum + size, 0);
  const zeros = (): Weights => mapped(weights, ({ shape }) => np.zeros(shape));

  const gradient = jax.valueAndGrad(
    (trained: Weights, moving: Weights, { images, labels, keys }: Omit<Batch, 'rate'>) => {
      const { logits, statistics: moved } = forward(trained, moving, images, keys);
      const loss = jax.nn
        .logSoftmax(logits, -1)
        .mul(labels)
        .sum()
        .mul(-1 / batch);
      return [loss, moved] as const;
    },
    { hasAux: true },
  );
  const step = jax.jit((state: State, { rate, ...inputs }: Batch) => {
    const [[loss, moved], gradients] = gradient(jax.tree.ref(state.weights), state.statistics, inputs);
    return { state: { ...adamStep(state, gradients, rate), statistics: moved }, loss };
  });
  current = {
    step,
    state: { weights, statistics, first: zeros(), second: zeros() },
    batch,
    count,
    dropouts,
    done: 0,
  };
  const { loss } = await train(current, 1);
  const seconds = (performance.now() - start) / 1000;
  await train(current, 3);
  return { seconds, parameters, loss };
}

/** The images of a step as floats in the order channels, height, width, their classes one-hot, and the rate of Adam. */
function batchAt({ batch, count, dropouts, done }: Bench): Batch {
  const images = new Float32Array(batch * pixelsOfImage);
  const labels = new Float32Array(batch * 10);
  for (let i = 0; i < batch; i++) {
    const image = (done * batch + i) % count;
    const from = image * pixelsOfImage;
    for (let j = 0; j < pixelsOfImage; j++) images[i * pixelsOfImage + j] = pixels[from + j] / 255;
    labels[i * 10 + classes[image]] = 1;
  }
  const corrected = (learningRate * Math.sqrt(1 - beta2 ** (done + 1))) / (1 - beta1 ** (done + 1));
  return {
    images: np.array(images, { shape: [batch, 3, 32, 32] }),
    labels: np.array(labels, { shape: [batch, 10] }),
    rate: np.array(Float32Array.of(corrected), { shape: [] }),
    keys: Array.from({ length: dropouts }, (_, i) => jax.random.key(done * dropouts + i)),
  };
}

async function train(bench: Bench, steps: number): Promise<TrainAnswer> {
  const start = performance.now();
  let losses = 0;
  for (let i = 0; i < steps; i++) {
    const { state, loss } = bench.step(bench.state, batchAt(bench));
    bench.state = state;
    bench.done++;
    // Without waiting, pending operations would pile up.
    losses += (await loss.data())[0];
  }
  await jax.blockUntilReady(bench.state);
  const seconds = (performance.now() - start) / 1000;
  if (!Number.isFinite(losses)) throw new Error(`the loss is ${losses / steps}`);
  return { images: steps * bench.batch, seconds, loss: losses / steps };
}

let current: Bench | undefined;

async function answer(question: Question): Promise<object> {
  if (question.ask === 'describe') {
    await jax.init('wasm');
    jax.defaultDevice('wasm');
    const description = `Node ${process.versions.node}, jax-js ${version}, WebAssembly, ${threads} threads`;
    return { description, device: 'CPU', networks: networkNames } satisfies DescribeAnswer;
  }
  if (question.ask === 'prepare')
    return prepare(question.network, question.batch, question.images ?? benchImages);
  if (!current) throw new Error('There is nothing prepared to train.');
  return train(current, question.steps);
}

// Its threads would keep the process alive.
void serve(answer).then(() => process.exit());
