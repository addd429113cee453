/** Finds the device that TensorFlow runs on, by running it. */
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { type OneDnn, oneDnnVariable, readOneDnn } from './one-dnn';
import { projectRoot, registerTs } from './paths';
import { type Gpu, readDeviceLog } from './tensorflow-log';

/** What the probing process prints. */
export interface ProbeAnswer {
  /** Whether the convolution and its gradients have the right values. */
  readonly right: boolean;
  /** The native TensorFlow's version. */
  readonly version: string;
  readonly usesGpu: boolean;
}

/** What is known about the machine besides TensorFlow; it helps to explain why there is no GPU. */
export interface Circumstances {
  /** The TensorFlow that set-up installed; 'none': the user's own library. Undefined: not set up. */
  readonly flavour: 'cpu' | 'cuda' | 'none' | undefined;
  /** Whether the system shows an NVIDIA card. */
  readonly cardPresent: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Probe {
  /** Whether TensorFlow loaded and computed the right values. */
  readonly works: boolean;
  readonly version?: string;
  readonly device: 'GPU' | 'CPU' | 'none';
  readonly gpus: readonly Gpu[];
  /** Why TensorFlow doesn't run on a GPU; missing if it does. */
  readonly whyNoGpu?: string;
  /** Whether operations on the CPU run on oneDNN, and who decided that; missing if TensorFlow doesn't run. */
  readonly oneDnn?: OneDnn;
  /** Why it doesn't work, with the command that helps; missing if it works. */
  readonly problem?: string;
}

/** How the probing process ended. */
export interface ProbeOutput {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

function whyNoGpu(log: string, { flavour, cardPresent, env }: Circumstances): string {
  if (flavour === 'cpu') {
    return cardPresent
      ? 'TensorFlow’s build for the CPU is installed; for the card, run: npm run setup -- --cuda'
      : 'this machine shows no NVIDIA card, and TensorFlow’s build for the CPU is installed';
  }
  const visible = env.CUDA_VISIBLE_DEVICES;
  if (visible === '' || visible?.startsWith('-1'))
    return `CUDA_VISIBLE_DEVICES is "${visible}", which hides all cards`;

  const { missingLibraries, refusals } = readDeviceLog(log);
  const ofDriver = missingLibraries.find((library) => library.startsWith('libcuda.so'));
  if (ofDriver !== undefined) return `NVIDIA’s driver is not installed: ${ofDriver} was not found`;
  if (missingLibraries.length > 0) {
    const names = missingLibraries.join(', ');
    return `CUDA libraries were not found: ${names}; to install them again, run: npm run setup -- --rebuild`;
  }
  if (refusals.length > 0) return `TensorFlow says: ${refusals.join('; ')}`;
  return cardPresent ? 'TensorFlow gives no reason' : 'this machine shows no NVIDIA card';
}

/** The line of a failed process that says what went wrong, without notices and stack. */
function errorOf({ code, signal, stderr }: ProbeOutput): string {
  if (signal === 'SIGILL') return 'this processor lacks instructions (AVX) that TensorFlow is built with';
  const lines = stderr.split('\n').map((line) => line.trim());
  const told = lines.filter((line) => /^(\w*Error|Cannot find|Uncaught)\b/.test(line)).at(-1);
  if (told !== undefined) return told.replace(/\.$/, '');
  return signal === null ? `its process ended with code ${code}` : `its process was ended by ${signal}`;
}

/** Reads the output of a probing process. */
export function readProbe(output: ProbeOutput, circumstances: Circumstances): Probe {
  let answer: ProbeAnswer | undefined;
  try {
    answer = JSON.parse(output.stdout.trim().split('\n').at(-1) ?? '') as ProbeAnswer;
  } catch {
    // It failed before it could answer.
  }
  if (output.code !== 0 || !answer) {
    const problem = `TensorFlow does not run in Node: ${errorOf(output)}; to mend it, run: npm run setup`;
    return { works: false, device: 'none', gpus: [], problem };
  }
  const { version, usesGpu, right } = answer;
  const log = readDeviceLog(output.stderr);
  return {
    works: right,
    version,
    device: usesGpu ? 'GPU' : 'CPU',
    gpus: log.gpus,
    oneDnn: readOneDnn(log.oneDnn, circumstances.env[oneDnnVariable]),
    ...(usesGpu ? {} : { whyNoGpu: whyNoGpu(output.stderr, circumstances) }),
    ...(right ? {} : { problem: `A convolution on the ${usesGpu ? 'GPU' : 'CPU'} gave wrong values` }),
  };
}

/** Runs a convolution with its gradients in a separate process, and says on which device it ran. */
export async function probeTensorFlow(circumstances: Circumstances): Promise<Probe> {
  const env = {
    ...circumstances.env,
    TF_CPP_MIN_LOG_LEVEL: '0',
    // Logs which library could not be loaded, and the driver's version.
    TF_CPP_VMODULE: 'dso_loader=1,cuda_diagnostics=1',
  };
  const child = spawn(process.execPath, ['-r', registerTs, path.join(__dirname, 'probe.ts')], {
    cwd: projectRoot,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const output = await new Promise<ProbeOutput>((resolve) => {
    child.on('error', (error) => {
      resolve({ code: null, signal: null, stdout, stderr: `Error: ${error.message}` });
    });
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr });
    });
  });
  return readProbe(output, circumstances);
}
