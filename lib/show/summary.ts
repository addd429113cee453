import { summary, type LayerRow, type ModelSummary, type SummaryOptions } from '../models/summary';
import type { tf } from '../runtime/tensorflow';
import { emit } from './output';
import { table, tableOutput, type Table } from './table';

export interface ShownSummary extends SummaryOptions {
  /** `block` has one row for each block of layers, and one for each layer outside of blocks. Defaults to `layer`. */
  readonly by?: 'layer' | 'block';
}

/**
 * Shows a network layer by layer, or block by block: output shape, parameters, multiply-adds for one image, and the
 * totals. With a `batchSize`, also shows the memory that the layers' outputs take for a batch of that size.
 */
export function showSummary(model: tf.LayersModel, { batchSize, by = 'layer' }: ShownSummary = {}): void {
  const withMemory = batchSize !== undefined;
  const network = summary(model, { batchSize });
  const rows = by === 'block' ? blockRows(network.rows) : network.rows;
  emit(tableOutput(summaryTable({ ...network, rows }, withMemory)));
}

/** Adds up the layers of each block, as the names tell: `stem_conv`, `block1_conv2`, `stage1_block2_add`. */
function blockRows(rows: readonly LayerRow[]): LayerRow[] {
  const blocks = new Map<string, LayerRow[]>();
  for (const row of rows) {
    const block = /^(stem|(stage\d+_)?block\d+)(?=_)/.exec(row.layer)?.[0] ?? row.layer;
    blocks.set(block, [...(blocks.get(block) ?? []), row]);
  }
  return [...blocks].map(([block, layers]) => {
    if (layers.length === 1) return layers[0];
    const total = (cost: 'parameters' | 'multiplyAdds' | 'activationBytes'): number =>
      layers.reduce((sum, layer) => sum + layer[cost], 0);
    return {
      layer: block,
      type: `${layers.length} layers`,
      outputShape: layers[layers.length - 1].outputShape,
      parameters: total('parameters'),
      multiplyAdds: total('multiplyAdds'),
      activationBytes: total('activationBytes'),
    };
  });
}

export function summaryTable(network: ModelSummary, withMemory = false): Table {
  const { title, rows, parameters, trainable, nonTrainable, batchSize } = network;
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
      `${title}: ${count(parameters)} parameters, of which ${count(trainable)} trainable ` +
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
