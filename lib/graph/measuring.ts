/** Measures a model in inference mode, on images that need not be the ones it is trained on. */
import type { Graph } from './graph';
import { arrayInputs, inOrder, packedSize, scaleImages, unpackImages } from './input';
import { amongTopFive, lossOf, metricsOf, probabilitiesOf } from './losses';
import { lowerModel } from './lower-model';
import { identity } from './ops/array';
import { placeholder } from './ops/constant';
import { argMax, max } from './ops/reduce';
import { overOutputs } from './outputs';
import { signature } from './signatures';
import type { TrainingGraphOptions } from './training-options';
import type { WeightReading } from './weights';

/**
 * Offers `measure`: packed images int32 [n, packed], classes int32 [n], and the arrays of `arrayInputs` → for each image the
 * most probable class (int32), its probability, the loss, and whether the class was among the five most probable (0 or 1);
 * the penalties (scalar); and for each image each metric that the options add. The loss is the sum over all outputs, the
 * rest is of the first.
 */
export function offerMeasuring(graph: Graph, reading: WeightReading, options: TrainingGraphOptions): void {
  const { model, imageShape, normalisation, loss, dtype, device } = options;
  graph.within('measure', () => {
    const images = placeholder(graph, 'images', 'int32', [null, packedSize(imageShape)]);
    const classes = placeholder(graph, 'classes', 'int32', [null]);
    const pixels = scaleImages(unpackImages(images, imageShape), normalisation);
    const arrays = arrayInputs(options.inputs).map(({ name, shape }) =>
      placeholder(graph, name, 'float32', [null, ...shape]),
    );
    const inputs = inOrder(options.inputs, pixels, arrays);
    const lowered = lowerModel(model, reading, inputs, { training: false, dtype, device });
    const [output] = lowered.outputs;
    graph.offer(signature.measure, {
      inputs: [images, classes, ...arrays],
      outputs: [
        argMax(output.value),
        max(probabilitiesOf(loss, output), [1]),
        overOutputs(lowered.outputs, options.outputWeights, (each) => lossOf(loss, each, classes)),
        amongTopFive(output, classes),
        identity(lowered.penalty),
        ...metricsOf(options, output, classes),
      ],
    });
  });
}
