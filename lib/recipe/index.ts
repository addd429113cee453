/** What can be chosen about training, as plain data: engines read it, runs record it, and none of it computes. */
export { noAugmentation, standardAugmentation, type Augmentation } from './augmentation';
export {
  crossEntropy,
  meanSquaredError,
  type CrossEntropy,
  type Loss,
  type MeanSquaredError,
} from './losses';
export type { Normalisation } from './normalisation';
export {
  adadelta,
  adagrad,
  adam,
  adamW,
  rmsprop,
  sgd,
  type Adadelta,
  type Adagrad,
  type Adam,
  type Optimizer,
  type RmsProp,
  type Sgd,
} from './optimizers';
export type { Precision } from './precision';
