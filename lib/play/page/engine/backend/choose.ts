/** What computes: a graphics card where there is one, else WebAssembly. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { tf } from '../tf';
import type { BackendName } from '../types';
import { registerConvGradients } from './conv-gradients';
import { prepareWasm } from './wasm';

export const backendNames = ['webgpu', 'webgl', 'wasm', 'cpu'] as const satisfies readonly BackendName[];

export interface BackendChoice {
  /** As asked for in the page's address, `?backend=wasm`; null to choose the fastest. */
  readonly asked: string | null;
  /** tfjs's WebAssembly program. */
  readonly program: () => Promise<Uint8Array>;
}

/**
 * Starts the first backend that works, of those that promise to be fast. A graphics card that is imitated by the processor
 * is slower than WebAssembly.
 * @throws Error with a sentence for the reader if the backend that was asked for doesn't start, or none does
 */
export async function startBackend({ asked, program }: BackendChoice): Promise<BackendName> {
  const reasons: string[] = [];
  for (const name of asked === null ? await promising() : [known(asked)]) {
    try {
      if (name === 'wasm') await prepareWasm(await program());
      if (!(await tf.setBackend(name))) throw new Error('it does not start');
      await tf.ready();
      if (name === 'wasm') registerConvGradients();
      return name;
    } catch (error) {
      reasons.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(`This browser can't compute here (${reasons.join('; ')}). Another browser may.`);
}

function known(asked: string): BackendName {
  const found = backendNames.find((name) => name === asked);
  if (found) return found;
  throw new Error(`The address asks for the backend "${asked}"; expected ${backendNames.join(', ')}.`);
}

async function promising(): Promise<BackendName[]> {
  return [
    ...((await hasWebGpu()) ? (['webgpu'] as const) : []),
    ...(hasWebGl() ? (['webgl'] as const) : []),
    'wasm',
    'cpu',
  ];
}

/** As much of WebGPU's interface as is asked. */
interface Gpu {
  requestAdapter(): Promise<{
    readonly isFallbackAdapter?: boolean;
    readonly info?: { readonly isFallbackAdapter?: boolean };
  } | null>;
}

async function hasWebGpu(): Promise<boolean> {
  const { gpu } = navigator as { readonly gpu?: Gpu };
  try {
    const adapter = await gpu?.requestAdapter();
    return adapter != null && !(adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter ?? false);
  } catch {
    return false;
  }
}

/** Renderers that draw on the processor. */
const software = /swiftshader|llvmpipe|softpipe|software|basic render/i;

function hasWebGl(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2');
  // 16-bit floats would miss the probabilities in the third decimal.
  if (!gl?.getExtension('EXT_color_buffer_float')) return false;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer: unknown = gl.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER);
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return !software.test(String(renderer));
}
