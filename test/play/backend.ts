/** tfjs's WebAssembly backend in Node, as the page sets it up: fast enough to train in a test. */
import { dirname } from 'node:path';
import { ready, setBackend } from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-cpu';
// Brings the gradients of tfjs's operations, which its core leaves out in Node.
import '../../lib/runtime/tensorflow';
import { registerConvGradients } from '../../lib/play/page/engine/backend/conv-gradients';

let registered = false;

export async function useWasm(): Promise<void> {
  setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  await setBackend('wasm');
  await ready();
  if (!registered) registerConvGradients();
  registered = true;
}
