/** A user's own loss and metrics, computed from outputs that a network gave outside of a training graph. */
import type { Loss } from '../../recipe/losses';
import type { CustomMetric } from '../../recipe/metrics';
import { tf } from '../../runtime/tensorflow';
import { Graph } from '../graph';
import { lossOf, metricsOf } from '../losses';
import { placeholder } from '../ops/constant';
import { Session } from '../session';

export interface CustomMeasuresOptions {
  readonly loss: Loss;
  readonly metrics: readonly CustomMetric[];
  readonly classCount: number;
  /** Whether the network ends in a softmax, so that its logits are known. */
  readonly hasLogits: boolean;
}

const measureOutputs = 'measure_outputs';

export class CustomMeasures {
  private constructor(
    readonly session: Session,
    readonly metricNames: readonly string[],
  ) {}

  /** @throws UserError if the code of the loss or of a metric is not at hand */
  static async compile({
    loss,
    metrics,
    classCount,
    hasLogits,
  }: CustomMeasuresOptions): Promise<CustomMeasures> {
    const graph = new Graph();
    const value = placeholder(graph, 'value', 'float32', [null, classCount]);
    const logits = hasLogits ? placeholder(graph, 'logits', 'float32', [null, classCount]) : null;
    const labels = placeholder(graph, 'labels', 'int32', [null]);
    const output = { value, logits };
    graph.offer(measureOutputs, {
      inputs: [value, ...(logits ? [logits] : []), labels],
      outputs: [lossOf(loss, output, labels), ...metricsOf({ loss, metrics }, output, labels)],
    });
    return new CustomMeasures(
      await Session.load(graph),
      metrics.map(({ name }) => name),
    );
  }

  /** @returns the loss and each metric, by its name, for each image; the outputs stay the caller's */
  measure(
    { value, logits }: { readonly value: tf.Tensor; readonly logits: tf.Tensor | null },
    labels: Int32Array,
  ): { readonly losses: Float32Array; readonly metrics: Readonly<Record<string, Float32Array>> } {
    const classes = tf.tensor1d(labels, 'int32');
    const results = this.session.run(measureOutputs, [value, ...(logits ? [logits] : []), classes]);
    const [losses, ...metrics] = results.map((tensor) => tensor.dataSync() as Float32Array);
    tf.dispose([classes, ...results]);
    return { losses, metrics: Object.fromEntries(this.metricNames.map((name, i) => [name, metrics[i]])) };
  }

  dispose(): void {
    this.session.dispose();
  }
}
