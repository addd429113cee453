/** TensorFlow for the whole project. Import `tf` from here, never from the package, so that the environment is prepared first. */
import './environment';
import * as tf from '@tensorflow/tfjs-node-gpu';

/**
 * Batch normalisation without a scale, or without an offset, fails in training in tfjs-layers 4.22, which reads both there
 * whether they exist or not. What it computes with takes null for none, as it does outside of training.
 */
const none = { read: () => null };
Object.assign(Object.getPrototypeOf(tf.layers.batchNormalization({ name: 'any' })) as object, {
  gamma: none,
  beta: none,
});

export { tf };
