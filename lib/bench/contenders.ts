/** The contenders of `npm run bench`, and where those come from that are no part of the project. */
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { projectRoot, registerTs, venvDir } from '../runtime/paths';
import type { ContenderInfo } from './contender';

/** What `npm run bench -- --install` makes: a Python environment, and npm packages. */
export const benchDir = path.join(projectRoot, '.bench');

/** The packages that contenders need, in versions that were tried. */
export const benchPackages = {
  pip: ['torch==2.15.0', 'keras==3.15.1', 'jax==0.10.2', 'numpy', 'setuptools'],
  npm: ['@jax-js/jax@0.1.25'],
} as const;

const { env } = process;
const benchPython = path.join(benchDir, 'bin', 'python');
const torchPython = env['BENCH_TORCH_PYTHON'] ?? benchPython;
const jaxPython = env['BENCH_JAX_PYTHON'] ?? benchPython;
const jaxJsFolder = env['BENCH_JAX_JS'] ?? benchDir;

const script = (name: string): string => path.join(projectRoot, 'scripts', 'keras', name);
const keras = [path.join(venvDir, 'bin', 'python'), script('bench.py')];
const node = [process.execPath, '-r', registerTs];
const worker = [...node, path.join(__dirname, 'worker.ts')];

/** This project's engine, which the others are compared with. */
export const own = {
  name: 'graph',
  title: 'this engine',
  what: 'this project: the step compiled from TypeScript',
  command: [...worker, 'graph'],
} as const satisfies ContenderInfo;

export const contenders: readonly ContenderInfo[] = [
  own,
  { name: 'tfjs', title: 'tfjs fit', what: "TensorFlow.js's own fit", command: [...worker, 'tfjs'] },
  { name: 'keras', title: 'Keras fit', what: "Keras's fit on TensorFlow", command: [...keras, 'keras'] },
  {
    name: 'limit',
    title: 'Python graph',
    what: "the same step written by TensorFlow's Python autodiff, run as a graph",
    command: [...keras, 'limit'],
  },
  {
    name: 'torch',
    title: 'PyTorch',
    what: 'PyTorch, eager, channels last, fused Adam',
    command: [torchPython, script('bench_torch.py'), 'eager'],
    extra: true,
  },
  {
    name: 'compile',
    title: 'torch.compile',
    what: 'the same by torch.compile (Inductor)',
    command: [torchPython, script('bench_torch.py'), 'compiled'],
    extra: true,
  },
  {
    name: 'jax',
    title: 'Keras on JAX',
    what: 'Keras on JAX, the whole step as one jitted function',
    command: [jaxPython, script('bench_jax.py')],
    extra: true,
  },
  {
    name: 'jaxjs',
    title: 'jax-js',
    what: 'jax-js on WebAssembly, the whole step as one jitted function',
    command: [...node, path.join(__dirname, 'jax-js.ts'), jaxJsFolder],
    extra: true,
  },
];

/** @throws UserError that lists the known names */
export function contenderNamed(name: string): ContenderInfo {
  const found = contenders.find((each) => each.name === name);
  if (found) return found;
  const known = contenders.map((each) => each.name).join(', ');
  throw new UserError(`No contender is called "${name}". Choose from: ${known}.`);
}
