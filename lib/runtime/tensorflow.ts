/** TensorFlow for the whole project. Take `tf` from here, never from the package: the environment comes first. */
import './environment';
import * as tf from '@tensorflow/tfjs-node-gpu';

export { tf };
