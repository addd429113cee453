/** The first half of a training step: forward through the model, and back to the gradients. */
import { gradients } from './gradients';
import type { Graph, Value } from './graph';
import { trainingImages } from './input';
import { amongTopFive, isFirst, metricsOf, trainingLossOf } from './losses';
import { lowerModel, type LoweredModel } from './lower-model';
import { NotLowered } from './not-lowered';
import { identity } from './ops/array';
import { sum } from './ops/broadcast';
import { placeholder } from './ops/constant';
import { add, exp } from './ops/math';
import { mean } from './ops/reduce';
import { logSoftmax } from './ops/softmax';
import { signature } from './signatures';
import type { TrainingData } from './stored-state';
import type { TrainingGraphOptions } from './training-options';
import type { WeightReading, Weights, WeightStore } from './weights';

/** The inputs of a step. */
export interface StepInputs {
  /** Indices of the step's images; int32 [n] */
  readonly indices: Value;
  /** int32 scalar */
  readonly step: Value;
  /** The learning rate; float32 scalar */
  readonly rate: Value;
}

export function stepInputs(graph: Graph): StepInputs {
  return {
    indices: placeholder(graph, 'indices', 'int32', [null]),
    step: placeholder(graph, 'step', 'int32', []),
    rate: placeholder(graph, 'learning_rate', 'float32', []),
  };
}

export interface Forward {
  readonly lowered: LoweredModel;
  /** The weights at the start of the step. */
  readonly reading: WeightReading;
  /** float32 scalar, penalties included */
  readonly loss: Value;
  /** float32 scalar: the penalties on weights, a part of `loss` */
  readonly penalty: Value;
  /** Number of images whose class is the most probable one, and among the five most probable; float32 scalars */
  readonly hits: { readonly first: Value; readonly topFive: Value };
  /** The sum over the images of each metric that the options add; float32 scalars */
  readonly metrics: readonly Value[];
}

/** Runs the model in training mode, on augmented images. */
export function forwardPass(
  graph: Graph,
  weights: Weights,
  { images, classes, weights: imageWeights }: TrainingData,
  { indices, step }: StepInputs,
  options: TrainingGraphOptions,
): Forward {
  const { model, dtype, device, seed } = options;
  return graph.within('train', () => {
    const labels = classes.gather(indices);
    const inputs = graph.within('input', () => trainingImages(images.gather(indices), options, step));
    const reading = weights.reading();
    const random = { step, seed };
    const lowered = lowerModel(model, reading, [inputs], { training: true, dtype, device, random });
    return graph.within('loss', () => {
      const [output, ...others] = lowered.outputs;
      if (others.length > 0) {
        throw new NotLowered('The model', `it has ${others.length + 1} outputs, and the loss is of one`);
      }
      const own = imageWeights && imageWeights.gather(indices);
      const perImage = mean(trainingLossOf(options, output, labels, own));
      const { penalty } = lowered;
      // The model's own softmax is left out of training: oneDNN's takes ten times as long for a few rows.
      const scores = output.logits ? { ...output, value: exp(logSoftmax(output.logits)) } : output;
      const hits = { first: sum(isFirst(scores, labels)), topFive: sum(amongTopFive(scores, labels)) };
      const metrics = metricsOf(options, output, labels).map((each) => sum(each));
      return { lowered, reading, loss: add(perImage, penalty), penalty, hits, metrics };
    });
  });
}

/** The weights of a store with their gradients. */
export interface Learned extends WeightStore {
  /** One for each weight. */
  readonly gradients: readonly Value[];
}

/**
 * Offers `gradients`: indices, step, learning rate → the loss, and the gradient of each weight that is trained.
 * @throws NotLowered for a trained weight on which the loss does not depend
 */
export function backwardPass(
  graph: Graph,
  weights: Weights,
  { reading, loss }: Forward,
  { indices, step, rate }: StepInputs,
): Learned[] {
  const trained = weights.stores.filter(({ treatment }) => treatment.trained);
  const reads = trained.flatMap((each) => each.weights.map(({ weight }) => reading.of(weight)));
  const found = gradients(loss, reads);
  const learned = trained.map((each) => {
    const own = each.weights.map(({ name }) => {
      const gradient = found.shift();
      if (gradient) return gradient;
      throw new NotLowered(`The weight "${name}"`, 'the loss does not depend on it, so it cannot be trained');
    });
    return { ...each, gradients: own };
  });
  graph.offer(signature.gradients, {
    inputs: [indices, step, rate],
    outputs: [loss, ...learned.flatMap((each) => each.gradients)].map((value) => identity(value)),
  });
  return learned;
}
