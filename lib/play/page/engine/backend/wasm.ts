/** WebAssembly without a request: its program comes with the page. */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { tf } from '../tf';

let isPrepared = false;

/** Hands tfjs its program, which it asks for when the backend starts. */
export async function prepareWasm(program: Uint8Array): Promise<void> {
  if (isPrepared) return;
  isPrepared = true;
  const environment = tf.env();
  if (!(await environment.getAsync('WASM_HAS_SIMD_SUPPORT'))) throw new Error('WebAssembly has no SIMD here');
  // Threads need headers that no page from disk can have.
  environment.set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const fetchNothing = environment.platform.fetch.bind(environment.platform);
  environment.platform.fetch = (address, ...more) =>
    address === programName ? Promise.resolve(new Response(program)) : fetchNothing(address, ...more);
  // tfjs wants a path for each of its programs; the others are never asked for.
  setWasmPaths(
    {
      'tfjs-backend-wasm.wasm': programName,
      'tfjs-backend-wasm-simd.wasm': programName,
      'tfjs-backend-wasm-threaded-simd.wasm': programName,
    },
    true,
  );
}

/** Not an address: what stands for the program where tfjs would have one. */
const programName = 'program';
