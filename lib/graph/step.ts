/** The first half of a training step: forward through the model, and back to the gradients. */
import { downscaled } from './downscaling';
import { gradients } from './gradients';
import type { Graph, Value } from './graph';
import { inOrder, trainingImages } from './input';
import { amongTopFive, isFirst, metricsOf, trainingLossOf } from './losses';
import { lowerModel, type LoweredModel } from './lower-model';
import { mixed } from './mixing';
import { NotLowered } from './not-lowered';
import { elementCount, identity, onesLike } from './ops/array';
import { floatsOf, intsOf } from './ops/bits';
import { sum } from './ops/broadcast';
import { placeholder } from './ops/constant';
import { add, div, exp } from './ops/math';
import { mean } from './ops/reduce';
import { rolled } from './ops/roll';
import { logSoftmax } from './ops/softmax';
import { overOutputs } from './outputs';
import { atSide, signature } from './signatures';
import type { TrainingData } from './stored-state';
import type { TrainingGraphOptions } from './training-options';
import type { Device } from './types';
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
  /**
   * Number of images whose class is the most probable one, and among the five most probable, according to the first
   * output; float32 scalars. A mixed image counts for each of its classes by that class's share.
   */
  readonly hits: { readonly first: Value; readonly topFive: Value };
  /** The sum over the images of each metric that the options add; float32 scalars */
  readonly metrics: readonly Value[];
  /** The number of images; float32 scalar */
  readonly count: Value;
}

/**
 * Runs the model in training mode, on augmented images.
 * @param side of the images, if they are made smaller; null for full size
 * @throws NotLowered for a layer that cannot be lowered, and for images that are mixed while arrays beside them are not
 */
export function forwardPass(
  graph: Graph,
  weights: Weights,
  data: TrainingData,
  { indices, step }: StepInputs,
  options: TrainingGraphOptions,
  side: number | null,
): Forward {
  const { model, dtype, device, seed } = options;
  return graph.within('train', () => {
    const images = graph.within('input', () => {
      const packed = data.images.gather(indices);
      const { images, own } = trainingImages({ packed, indices }, options, step);
      // After the augmentation, whose settings are in pixels of full size, and with the same draws as there.
      return { images: side === null ? images : downscaled(images, side), own };
    });
    const arrays = data.arrays.map((array) => array.gather(indices));
    if (images.own && arrays.length > 0) {
      throw new NotLowered(
        'The augmentation',
        'mixup and cutmix mix images alone, and the model has other inputs too',
      );
    }
    const targets = targetsOf(data, indices, images.own);
    const reading = weights.reading();
    const inputs = inOrder(options.inputs, images.images, arrays);
    const random = { step, seed };
    const lowered = lowerModel(model, reading, inputs, { training: true, dtype, device, random });
    return graph.within('loss', () => {
      const { outputs, penalty } = lowered;
      const count = imageCount(indices, device);
      // The gradient of a mean asks for the number of images, which a GPU gets from the host.
      const overImages = (losses: Value): Value =>
        device === 'gpu' ? div(sum(losses), count) : mean(losses);
      const loss = overOutputs(outputs, options.outputWeights, (output) =>
        overImages(targets((classes, counts) => trainingLossOf(options, output, classes, counts))),
      );
      const [output] = outputs;
      // The model's own softmax is left out of training: oneDNN's takes ten times as long for a few rows.
      const scores = output.logits ? { ...output, value: exp(logSoftmax(output.logits)) } : output;
      const hits = {
        first: sum(targets((classes) => isFirst(scores, classes, device))),
        topFive: sum(targets((classes) => amongTopFive(scores, classes, device))),
      };
      const { loss: kind, metrics: all = [] } = options;
      const metrics = all.map((metric) =>
        sum(targets((classes) => metricsOf({ loss: kind, metrics: [metric] }, output, classes)[0])),
      );
      return { lowered, reading, loss: add(loss, penalty), penalty, hits, metrics, count };
    });
  });
}

/** How many images there are. float32 scalar */
function imageCount(indices: Value, device: Device): Value {
  // The size of a tensor is in the host's memory, a sum where the tensor is.
  return device === 'gpu' ? sum(onesLike(floatsOf(indices))) : elementCount(indices);
}

/** Something that is measured for each image: its class, int32 [n], and how much it counts, float32 [n] → float32 [n] */
type PerImage = (classes: Value, counts: Value | null) => Value;

/**
 * @param own the share of each image that is its own, if images are mixed; the rest is the next image's
 * @returns a function that measures each image by its class; a mixed one by both of its classes, each for its share
 */
function targetsOf(
  { classes, weights }: TrainingData,
  indices: Value,
  own: Value | null,
): (measure: PerImage) => Value {
  const bits = classes.gather(indices);
  const counts = weights && weights.gather(indices);
  const ownClasses = intsOf(bits);
  if (!own) return (measure) => measure(ownClasses, counts);
  const partners = [intsOf(rolled(bits)), counts && rolled(counts)] as const;
  return (measure) => mixed(own, measure(ownClasses, counts), measure(...partners));
}

/** The weights of a store with their gradients. */
export interface Learned extends WeightStore {
  /** One for each weight. */
  readonly gradients: readonly Value[];
}

/**
 * Offers `gradients`, for images of this side: indices, step, learning rate → the loss, and the gradient of each weight that
 * is trained.
 * @throws NotLowered for a trained weight on which the loss does not depend
 */
export function backwardPass(
  graph: Graph,
  weights: Weights,
  { reading, loss }: Forward,
  { indices, step, rate }: StepInputs,
  side: number | null,
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
  graph.offer(atSide(signature.gradients, side), {
    inputs: [indices, step, rate],
    outputs: [loss, ...learned.flatMap((each) => each.gradients)].map((value) => identity(value)),
  });
  return learned;
}
