/**
 * A repair of tfjs-node 4.22 on TensorFlow 2.21. The gradient of a 1×1 convolution with strides goes through a kernel of
 * oneDNN that takes blocks of 16 channels (8 without AVX-512) and writes past the end of its memory where there are fewer:
 * the gradient is wrong, or the process ends some time later. https://github.com/uxlfoundation/oneDNN/issues/6035
 *
 * Without the pixels that the convolution skips, the stride is 1 and the gradient the same. The graph engine does this
 * for itself, see `kernelGradient` in lib/graph/ops/convolution.ts.
 */
import type * as tensorflow from '@tensorflow/tfjs-node-gpu';

/** From this many channels on, oneDNN's kernel is right with and without AVX-512. */
export const safeChannels = 16;

/**
 * Whether oneDNN's gradient with respect to the kernel of a convolution is wrong.
 * @param filterShape [rows, columns, channels, filters]
 * @param strides along any of the axes
 */
export function isFaultyGradient(filterShape: readonly number[], strides: readonly number[]): boolean {
  const [rows, columns, channels] = filterShape;
  return rows === 1 && columns === 1 && channels < safeChannels && strides.some((stride) => stride > 1);
}

interface Attributes {
  readonly strides: number | readonly [number, number];
  readonly pad: unknown;
  readonly dataFormat: string;
  readonly filterShape: readonly number[];
}

export function repairKernelGradient(tf: typeof tensorflow): void {
  const [kernelName, backendName] = [tf.Conv2DBackpropFilter, 'tensorflow'];
  const given = tf.getKernel(kernelName, backendName);
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    ...given,
    kernelFunc: (call) => {
      const { strides, pad, dataFormat, filterShape } = call.attrs as unknown as Attributes;
      const [down, across] = typeof strides === 'number' ? [strides, strides] : strides;
      // A window of one pixel needs no padding by either name. Padding in numbers and the other order of axes are passed on.
      const isUsual = dataFormat === 'NHWC' && (pad === 'same' || pad === 'valid');
      if (!isUsual || !isFaultyGradient(filterShape, [down, across])) return given.kernelFunc(call);
      const { x, dy } = call.inputs as { x: tensorflow.Tensor4D; dy: tensorflow.Tensor4D };
      const taken = tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, down, across, 1]);
      try {
        return given.kernelFunc({ ...call, inputs: { x: taken, dy }, attrs: { ...call.attrs, strides: 1 } });
      } finally {
        taken.dispose();
      }
    },
  });
}
