/**
 * The options of a session, as the bytes of TensorFlow's ConfigProto.
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/config.proto
 */
import { createRequire } from 'node:module';
import { check } from '../runtime/check';

/** How TensorFlow runs a graph. What is left out is TensorFlow's decision. */
export interface SessionOptions {
  /**
   * How many operations may run side by side; -1 runs one after another in the calling thread. How many threads a
   * single operation uses is decided once for the process, by TF_NUM_INTRAOP_THREADS.
   */
  readonly parallelOperations?: number;
  /** Whether XLA compiles what it can of the graph. The first step then takes much longer. */
  readonly xla?: boolean;
  /** Whether Grappler may turn images to the order that a GPU's convolutions are fastest in. */
  readonly layoutOptimizer?: boolean;
}

/** The part of google-protobuf used here; the package has no types of its own. */
interface Writer {
  writeInt32(field: number, value: number): void;
  writeBool(field: number, value: boolean): void;
  writeMessage<T>(field: number, message: T, write: (message: T, writer: Writer) => void): void;
  getResultBuffer(): Uint8Array;
}
const requireFromTfjs = createRequire(require.resolve('@tensorflow/tfjs-node-gpu'));
const { BinaryWriter } = requireFromTfjs('google-protobuf') as { BinaryWriter: new () => Writer };

/** Numbers of the fields of ConfigProto, GraphOptions, OptimizerOptions and RewriterConfig. */
const fields = {
  interOpThreads: 5,
  usePerSessionThreads: 9,
  graphOptions: 10,
  optimizerOptions: 3,
  globalJitLevel: 5,
  cpuGlobalJit: 7,
  rewriteOptions: 10,
  layoutOptimizer: 1,
} as const;
/** OptimizerOptions.GlobalJitLevel */
const jitLevels = { off: -1, on: 1 } as const;
/** RewriterConfig.Toggle */
const toggles = { on: 1, off: 2 } as const;

/**
 * @returns null if everything is left to TensorFlow
 * @throws UserError for a number of operations that is neither -1 nor from 1 on
 */
export function encodeSessionOptions(options: SessionOptions): Uint8Array | null {
  const { parallelOperations: parallel, xla, layoutOptimizer } = options;
  const writer = new BinaryWriter();
  if (parallel !== undefined) {
    const allowed = '-1 or a whole number of at least 1';
    const fits = Number.isSafeInteger(parallel) && (parallel === -1 || parallel >= 1);
    check(fits, 'parallelOperations', parallel, allowed);
    writer.writeInt32(fields.interOpThreads, parallel);
    // Otherwise the first session of the process decides for all.
    if (parallel > 0) writer.writeBool(fields.usePerSessionThreads, true);
  }
  if (xla !== undefined || layoutOptimizer !== undefined) {
    writer.writeMessage(fields.graphOptions, { xla, layoutOptimizer }, writeGraphOptions);
  }
  const bytes = writer.getResultBuffer();
  return bytes.length === 0 ? null : bytes;
}

function writeGraphOptions({ xla, layoutOptimizer }: SessionOptions, writer: Writer): void {
  if (xla !== undefined) {
    writer.writeMessage(fields.optimizerOptions, xla, (on, optimizer) => {
      optimizer.writeInt32(fields.globalJitLevel, on ? jitLevels.on : jitLevels.off);
      // On a CPU, TensorFlow asks for a word of its own.
      optimizer.writeBool(fields.cpuGlobalJit, on);
    });
  }
  if (layoutOptimizer !== undefined) {
    writer.writeMessage(fields.rewriteOptions, layoutOptimizer, (on, rewriter) => {
      rewriter.writeInt32(fields.layoutOptimizer, on ? toggles.on : toggles.off);
    });
  }
}
