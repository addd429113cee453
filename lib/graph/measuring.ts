/** Measures a model in inference mode, on images that need not be the ones it is trained on. */
import type { Graph } from './graph';
import { packedSize, scaleImages, unpackImages } from './input';
import { amongTopFive, lossOf, metricsOf, probabilitiesOf } from './losses';
import { lowerModel } from './lower-model';
import { identity } from './ops/array';
import { placeholder } from './ops/constant';
import { argMax, max } from './ops/reduce';
import { signature } from './signatures';
import type { TrainingGraphOptions } from './training-options';
import type { WeightReading } from './weights';

/**
 * Offers `measure`: packed images int32 [n, packed], classes int32 [n] → for each image the most probable class (int32),
 * its probability, the loss, and whether the class was among the five most probable (0 or 1); the penalties
 * (scalar); and for each image each metric that the options add.
 */
export function offerMeasuring(graph: Graph, reading: WeightReading, options: TrainingGraphOptions): void {
  const { model, imageShape, normalisation, loss, dtype, device } = options;
  graph.within('measure', () => {
    const images = placeholder(graph, 'images', 'int32', [null, packedSize(imageShape)]);
    const classes = placeholder(graph, 'classes', 'int32', [null]);
    const pixels = scaleImages(unpackImages(images, imageShape), normalisation);
    const lowered = lowerModel(model, reading, [pixels], { training: false, dtype, device });
    const [output] = lowered.outputs;
    graph.offer(signature.measure, {
      inputs: [images, classes],
      outputs: [
        argMax(output.value),
        max(probabilitiesOf(loss, output), [1]),
        lossOf(loss, output, classes),
        amongTopFive(output, classes),
        identity(lowered.penalty),
        ...metricsOf(options, output, classes),
      ],
    });
  });
}
