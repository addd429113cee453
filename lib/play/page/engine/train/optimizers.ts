import type { Optimizer } from '@tensorflow/tfjs-core';
import { tf } from '../tf';
import type { TrainSettings } from './types';

export function makeOptimizer({ optimizer, learningRate }: TrainSettings): Optimizer {
  switch (optimizer) {
    case 'sgd':
      return tf.train.sgd(learningRate);
    case 'momentum':
      return tf.train.momentum(learningRate, 0.9);
    case 'rmsprop':
      return tf.train.rmsprop(learningRate);
    case 'adam':
      return tf.train.adam(learningRate);
  }
}

/**
 * For the next step, without forgetting what was accumulated. Gradient descent keeps its rate in a tensor and has a setter
 * for it; the others keep it in a field.
 */
export function setLearningRate(optimizer: Optimizer, rate: number): void {
  const fields = optimizer as unknown as { learningRate: number; setLearningRate?(rate: number): void };
  if (fields.setLearningRate) fields.setLearningRate(rate);
  else fields.learningRate = rate;
}
