import * as fs from 'node:fs';
import type { ProgramPack } from './pack';

/**
 * tfjs's kernels in WebAssembly, with SIMD, which every browser of the last years has. Threads would need headers that a
 * page from disk has no way to send.
 */
export function programPack(): ProgramPack {
  const file = require.resolve('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm');
  return { kind: 'program', wasm: fs.readFileSync(file).toString('base64') };
}
