/**
 * What has to be in place before TensorFlow's library is loaded. Import this first: TensorFlow reads its
 * environment once, and a Node that lacks a function tfjs-node calls fails in the middle of a kernel.
 */
import util from 'node:util';
import { oneDnnVariable } from './one-dnn';

function setUnlessSet(name: string, value: string): void {
  process.env[name] ??= value;
}

// A GPU process that takes all memory at its start keeps a second notebook from running beside it.
setUnlessSet('TF_FORCE_GPU_ALLOW_GROWTH', 'true');
// Errors only; `npm run doctor` reads the rest when it asks why there is no GPU.
setUnlessSet('TF_CPP_MIN_LOG_LEVEL', '2');
// By itself, TensorFlow uses oneDNN only on CPUs with AVX-512 VNNI or newer. Without it, training is slower (1.3 to 2.8
// times on an AMD Zen 3), and dilated convolutions have no gradient.
setUnlessSet(oneDnnVariable, '1');

// tfjs-node 4.22 calls two functions of `util` that Node 22 warns about and Node 23 took away.
Object.assign(util, {
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
  isArray: Array.isArray,
});
