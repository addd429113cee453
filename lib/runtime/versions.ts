/** The versions behind a result: the project's commit, Node, TensorFlow, and the device. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { commitOf } from './commit';
import { projectRoot } from './paths';
import { tf } from './tensorflow';

export interface Versions {
  /** See `commitOf`. Null in records of runs that were trained outside a clone before versions were kept. */
  readonly commit: string | null;
  readonly node: string;
  readonly tensorflow: string;
  readonly tfjs: string;
  /** The card's name, or the processor's with its number of cores. */
  readonly device: string;
}

/** The part of tfjs-node's backend that says which TensorFlow runs, and on what device. */
interface NativeBackend {
  readonly binding: { readonly TF_Version: string };
  readonly isUsingGpuDevice: boolean;
}

/** Whether TensorFlow runs on a GPU in this process. */
export function usesGpu(): boolean {
  return (tf.backend() as unknown as NativeBackend).isUsingGpuDevice;
}

/** Computed at each call: a notebook's kernel may outlive several commits. */
export function versions(): Versions {
  const backend = tf.backend() as unknown as NativeBackend;
  return {
    commit: commitOf(projectRoot),
    node: process.versions.node,
    tensorflow: backend.binding.TF_Version,
    tfjs: tf.version['tfjs-core'],
    device: usesGpu() ? card() : processor(),
  };
}

function processor(): string {
  const cores = os.cpus();
  const count = os.availableParallelism();
  return `${cores.at(0)?.model.trim() ?? os.arch()}, ${count} ${count === 1 ? 'core' : 'cores'}`;
}

const driverFolder = '/proc/driver/nvidia/gpus';

/** Read from the driver: TensorFlow says it only in its log. */
function card(): string {
  try {
    const [first] = fs.readdirSync(driverFolder);
    const about = fs.readFileSync(path.join(driverFolder, first, 'information'), 'utf8');
    return /^Model:\s*(.+)$/m.exec(about)?.[1].trim() ?? 'GPU';
  } catch {
    return 'GPU';
  }
}
