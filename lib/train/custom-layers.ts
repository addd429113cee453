import { measure } from '../evaluate/measure';
import { customLayersOf } from '../graph';
import { leafLayers } from '../models/leaf-layers';
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';
import type { EngineRun, TrainingJob } from './engine';

/** The user's own layers in a network: class names with a digest of their source. */
export function customLayers(model: tf.LayersModel): Readonly<Record<string, string>> {
  return customLayersOf(leafLayers(model).map(({ layer }) => layer.getClassName()));
}

/** How far the losses of a few images may be apart; bfloat16 has three digits. */
const tolerance = { float32: 1e-3, mixed_bfloat16: 5e-2 } as const;

/**
 * Checks that a user's own layers compute the same in tfjs, which calls them for predictions, and in the graph that trains
 * them: the loss of a few images has to be the same.
 * @throws UserError if it is not
 */
export async function checkCustomLayers(job: TrainingJob, run: Pick<EngineRun, 'measure'>): Promise<void> {
  const { model, images, precision } = job;
  const names = Object.keys(customLayers(model));
  if (names.length === 0) return;
  const few = Uint32Array.from({ length: Math.min(4, images.count) }, (_, i) => i);
  const byTfjs = await measure(model, images, few, { ...job, metrics: [], batchSize: undefined });
  const byGraph = await run.measure(images, few, () => false);
  if (!byTfjs || !byGraph) return;
  const off = Math.abs(byTfjs.loss - byGraph.loss) / Math.max(1, Math.abs(byTfjs.loss));
  if (off <= tolerance[precision] || Number.isNaN(off)) return;
  throw new UserError(
    `"${model.name}" has layers whose \`call\` computes something else than what \`lowers\` says (${names.join(', ')}): for ` +
      `the first ${few.length} images the loss is ${byTfjs.loss.toPrecision(5)} by call, ${byGraph.loss.toPrecision(5)} by lowers.`,
  );
}
