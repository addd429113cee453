/**
 * `probeTensorFlow` runs this in a separate process: a small convolution and its gradients, compared with values
 * computed by hand. Prints one line of JSON. It is a process because TensorFlow names devices only on standard error,
 * and because a broken installation can end the process that loads it.
 */
import type { ProbeAnswer } from './device';
import { tf } from './tensorflow';

/** The part of tfjs-node's backend that says which TensorFlow runs, and on what device. */
interface NativeBackend {
  readonly binding: { readonly TF_Version: string };
  readonly isUsingGpuDevice: boolean;
}

const close = (found: ArrayLike<number>, expected: readonly number[]): boolean =>
  found.length === expected.length && expected.every((value, i) => Math.abs(found[i] - value) < 1e-3);

/**
 * The sum of a 3×3 convolution, filter all ones, over the image 1, 2, ... 16: each of the four outputs is nine
 * times its centre pixel. The sum's gradient by a filter weight is the sum of the four pixels that it meets; by a
 * pixel, it is the number of windows that contain the pixel.
 */
function convolutionIsRight(): boolean {
  const image = tf.range(1, 17).reshape<tf.Tensor4D>([1, 4, 4, 1]);
  const filter = tf.ones<tf.Rank.R4>([3, 3, 1, 1]);
  const convolve = (x: tf.Tensor, f: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, 1, 'valid');
  const [byImage, byFilter] = tf.grads((x, f) => convolve(x, f).sum())([image, filter]);
  return (
    close(convolve(image, filter).dataSync(), [54, 63, 90, 99]) &&
    close(byFilter.dataSync(), [14, 18, 22, 30, 34, 38, 46, 50, 54]) &&
    close(byImage.dataSync(), [1, 2, 2, 1, 2, 4, 4, 2, 2, 4, 4, 2, 1, 2, 2, 1])
  );
}

const backend = tf.backend() as unknown as NativeBackend;
const answer: ProbeAnswer = {
  right: tf.tidy(convolutionIsRight),
  version: backend.binding.TF_Version,
  usesGpu: backend.isUsingGpuDevice,
};
console.log(JSON.stringify(answer));
