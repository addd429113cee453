/** Measures a model in inference mode, on images that need not be the ones it is trained on. */
import type { Graph } from './graph';
import { amongTopFive, lossOf, metricsOf, probabilitiesOf } from './losses';
import { lowerModel } from './lower-model';
import { concat, reshape } from './ops/array';
import { floatsOf, intsOf } from './ops/bits';
import { placeholder } from './ops/constant';
import { argMax, max } from './ops/reduce';
import { overOutputs } from './outputs';
import { signature } from './signatures';
import { plainInputs, type TrainingData } from './stored-state';
import type { TrainingGraphOptions } from './training-options';
import type { WeightReading } from './weights';

/** Where in the result of `measure` each column begins, counted in images; each metric has one from `metrics` on. */
export const measuredIndex = { classes: 0, confidences: 1, losses: 2, topFive: 3, metrics: 4 } as const;

/**
 * Offers `measure`: indices int32 [n] → one vector, since each output is a copy from a GPU. It holds a column of n numbers
 * for each of `measuredIndex`: the bits of the most probable class, an int32; its probability; the loss; whether the class
 * was among the five most probable (0 or 1); each metric that the options add. The penalties come last, one number. The loss
 * is the sum over all outputs, the rest is of the first.
 */
export function offerMeasuring(
  graph: Graph,
  reading: WeightReading,
  data: TrainingData,
  options: TrainingGraphOptions,
): void {
  const { model, loss, dtype, device } = options;
  graph.within(signature.measure, () => {
    const indices = placeholder(graph, 'indices', 'int32', [null]);
    const inputs = plainInputs(data, indices, options);
    const classes = intsOf(data.classes.gather(indices));
    const lowered = lowerModel(model, reading, inputs, { training: false, dtype, device });
    const [output] = lowered.outputs;
    const columns = [
      floatsOf(argMax(output.value)),
      max(probabilitiesOf(loss, output), [1]),
      overOutputs(lowered.outputs, options.outputWeights, (each) => lossOf(loss, each, classes)),
      amongTopFive(output, classes, device),
      ...metricsOf(options, output, classes),
    ];
    graph.offer(signature.measure, {
      inputs: [indices],
      outputs: [concat([...columns, reshape(lowered.penalty, [1])], 0)],
    });
  });
}
