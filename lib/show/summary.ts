import { titleOf } from '../models/registry';
import { summary, type LayerRow, type ModelSummary, type SummaryOptions } from '../models/summary';
import type { tf } from '../runtime/tensorflow';
import { emit } from './output';
import { table, tableOutput, type Table } from './table';

/**
 * Shows a network layer by layer: output shape, parameters, multiply-adds for one image, and the totals. With a
 * `batchSize`, also shows the memory that the layers' outputs take for a batch of that size.
 */
export function showSummary(model: tf.LayersModel, { batchSize }: SummaryOptions = {}): void {
  const withMemory = batchSize !== undefined;
  emit(tableOutput(summaryTable(summary(model, { batchSize }), withMemory)));
}

export function summaryTable(network: ModelSummary, withMemory = false): Table {
  const { name, rows, parameters, trainable, nonTrainable, batchSize } = network;
  const counts = (each: LayerRow | ModelSummary): object => ({
    parameters: each.parameters,
    multiplyAdds: each.multiplyAdds,
    ...(withMemory && { memory: each.activationBytes }),
  });
  const row = (each: LayerRow): object => ({
    layer: each.layer,
    type: each.type,
    output: each.outputShape.join(' × '),
    ...counts(each),
  });
  const content = table([...rows.map(row), { layer: 'total', ...counts(network) }], {
    caption:
      `${titleOf({ name })}: ${count(parameters)} parameters, of which ${count(trainable)} trainable ` +
      `and ${count(nonTrainable)} non-trainable`,
    labels: {
      output: 'output shape',
      multiplyAdds: 'multiply-adds',
      memory: `MB for ${batchSize} ${batchSize === 1 ? 'image' : 'images'}`,
    },
    format: { parameters: count, multiplyAdds: count, memory: (bytes) => (bytes / 1e6).toFixed(2) },
  });
  // The total has no type and no shape; that is not missing data.
  const last = content.rows[content.rows.length - 1];
  return { ...content, rows: [...content.rows.slice(0, -1), [last[0], '', '', ...last.slice(3)]] };
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
