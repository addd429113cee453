/**
 * Prepares the process for TensorFlow. Import this before TensorFlow's library: it reads its environment once, and
 * where Node lacks a function that tfjs-node calls, a kernel would fail in the middle of its work.
 */
import util from 'node:util';
import { oneDnnVariable } from './one-dnn';

function setUnlessSet(name: string, value: string): void {
  process.env[name] ??= value;
}

// Otherwise the first process takes all of a GPU's memory, and no second notebook can run beside it.
setUnlessSet('TF_FORCE_GPU_ALLOW_GROWTH', 'true');
// Errors only. `npm run doctor` reads the rest to explain why there is no GPU.
setUnlessSet('TF_CPP_MIN_LOG_LEVEL', '2');
// By itself, TensorFlow uses oneDNN only on CPUs with AVX-512 VNNI or newer. Without it, training is slower (1.3 to 2.8
// times on an AMD Zen 3), and dilated convolutions have no gradient.
setUnlessSet(oneDnnVariable, '1');

// tfjs-node 4.22 calls two functions of `util` that Node 22 warns about and Node 23 removed.
Object.assign(util, {
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
  isArray: Array.isArray,
});
