/** TensorFlow for the whole project. Import `tf` from here, never from the package, so that the environment is prepared first. */
import './environment';
import * as tf from '@tensorflow/tfjs-node-gpu';
import { repairBatchNormalisation } from './batch-normalisation';
import { repairKernelGradient } from './kernel-gradient';

repairBatchNormalisation(tf);
repairKernelGradient(tf);

export { tf };
