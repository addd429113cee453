/** A user's own losses and metrics: a number for each image, from its class and the model's output. */
import type { CustomPart, CustomSettings } from '../../recipe/custom';
import { checkLoss, type CustomLoss } from '../../recipe/losses';
import { checkMetrics, type CustomMetric } from '../../recipe/metrics';
import { UserError } from '../../runtime/errors';
import type { Value } from '../graph';
import type { ModelOutput } from '../lower-model';
import * as operations from '../operations';
import { building, codeOf, customPart, expectResult, type Operations, type PartOptions } from './part';

/** A model's output for a batch, as a user's own losses and metrics get it. */
export interface CustomOutput {
  /** float32 [n, classes] */
  readonly value: Value;
  /**
   * What the softmax at the end of the model is computed from, or the output itself if the loss has `fromLogits`;
   * float32 [n, classes].
   * @throws UserError if it is read where there is neither
   */
  readonly logits: Value;
  readonly hasLogits: boolean;
}

/**
 * @param labels the class of each image, int32 [n]; `g.oneHot(labels, 10)` makes rows of them
 * @param g all operations
 * @returns float32 [n]: a number for each image
 */
export type PerImage<S extends CustomSettings> = (
  labels: Value,
  output: CustomOutput,
  g: Operations,
  settings: S,
) => Value;

export interface CustomLossOptions<S extends CustomSettings> extends PartOptions<S> {
  /** Whether the model's outputs are logits; otherwise they are probabilities. Defaults to false. */
  readonly fromLogits?: boolean;
}

/**
 * A loss of one's own, for the graph engine: the function builds the operations that compute it, and its gradient follows
 * from them. It is called when training begins, not for every step. The library takes the mean over the images and adds
 * the model's penalties.
 *
 * A run records the loss's name, its settings and a digest of the function's source text, and is not continued with
 * another. What the function takes from variables around it is not seen: pass it as `settings`.
 * @throws UserError if it has no name, or its settings are not plain data
 */
export function customLoss<S extends CustomSettings = Record<string, never>>(
  perImage: PerImage<S>,
  options: CustomLossOptions<S> = {},
): CustomLoss {
  const { fromLogits = false } = options;
  return checkLoss({ ...customPart([perImage], perImage, options), fromLogits });
}

/**
 * A metric of one's own, the mean over the images of what the function gives: `train(…, { metrics: [metric] })`. Otherwise
 * as `customLoss`.
 * @throws UserError if it has no name, or its settings are not plain data
 */
export function customMetric<S extends CustomSettings = Record<string, never>>(
  perImage: PerImage<S>,
  options: PartOptions<S> = {},
): CustomMetric {
  const [metric] = checkMetrics([customPart([perImage], perImage, options)]);
  return metric;
}

/** The loss of each image. float32 [n] */
export function customLossOf(loss: CustomLoss, output: ModelOutput, labels: Value): Value {
  return perImageOf('custom loss', 'customLoss', loss, output, labels);
}

/** A metric of each image. float32 [n] */
export function customMetricOf(metric: CustomMetric, output: ModelOutput, labels: Value): Value {
  return perImageOf('custom metric', 'customMetric', metric, output, labels);
}

function perImageOf(
  kind: string,
  maker: string,
  part: CustomPart,
  output: ModelOutput,
  labels: Value,
): Value {
  const perImage = codeOf(kind, maker, part) as PerImage<CustomSettings>;
  const { name, settings } = part;
  const what = `The ${kind} "${name}"`;
  const result = building(what, () =>
    labels.graph.within(name, () => perImage(labels, customOutput(what, output), operations, settings)),
  );
  const meaning = 'a number for each image, of which the library takes the mean';
  return expectResult(what, result, { dtype: 'float32', shape: labels.shape }, meaning);
}

function customOutput(what: string, { value, logits }: ModelOutput): CustomOutput {
  return {
    value,
    hasLogits: logits !== null,
    get logits(): Value {
      if (logits) return logits;
      throw new UserError(
        `${what} reads output.logits, but the model does not end in a softmax. If its outputs are logits, give the loss ` +
          'fromLogits: true; otherwise use output.value.',
      );
    },
  };
}
