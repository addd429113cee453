import { tf } from '../runtime/tensorflow';

/** tfjs-node's backend, as far as it runs one operation of TensorFlow by name. */
interface NativeBackend {
  readonly binding: Readonly<Record<'TF_ATTR_INT' | 'TF_ATTR_STRING' | 'TF_ATTR_TYPE' | 'TF_FLOAT', number>>;
  executeSingleOutput(op: string, attrs: readonly object[], inputs: readonly tf.Tensor[]): tf.Tensor;
}

let known: boolean | undefined;

/**
 * Whether the device in use has a gradient for dilated convolutions: GPUs do, CPUs with oneDNN only. Asked by taking
 * one, once: whether oneDNN is on depends on the environment, on the CPU, and on how TensorFlow was built.
 */
export function hasDilatedGradient(): boolean {
  known ??= tf.tidy(takesDilatedGradient);
  return known;
}

/** The gradient of one 3×3 window, spread by 2, with respect to the 5×5 image below it. */
function takesDilatedGradient(): boolean {
  const backend = tf.backend() as unknown as NativeBackend;
  const { TF_ATTR_INT, TF_ATTR_STRING, TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
  const attrs = [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'strides', type: TF_ATTR_INT, value: [1, 1, 1, 1] },
    { name: 'padding', type: TF_ATTR_STRING, value: 'VALID' },
    { name: 'dilations', type: TF_ATTR_INT, value: [1, 2, 2, 1] },
  ];
  const inputs = [tf.tensor1d([1, 5, 5, 1], 'int32'), tf.ones([3, 3, 1, 1]), tf.ones([1, 1, 1, 1])];
  try {
    backend.executeSingleOutput('Conv2DBackpropInput', attrs, inputs).dataSync();
    return true;
  } catch (error) {
    if (/dilation/.test(String(error))) return false;
    throw error;
  }
}
