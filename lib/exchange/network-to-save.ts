/** The network that a word of a command line names. */
import * as path from 'node:path';
import { pretrained, publishedFacts, recordsWithWeights } from '../published/pretrained';
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';
import { factsOf, fromKeras, isKerasFile } from './from-keras';
import { runNamed, runNetwork } from './of-run';
import type { SavedFormat } from './save-as';

export interface NetworkToSave {
  readonly model: tf.LayersModel;
  /** What its outputs are for; undefined if nothing says it. */
  readonly classNames: readonly string[] | undefined;
  /** What a file of it is called. */
  readonly name: string;
}

/**
 * @param source the name of a run, that of a published network, or a file of Keras
 * @param runs the folder that holds the runs; defaults to `runsFolder()`
 * @throws UserError if there is nothing of this name, or not what the format needs
 */
export async function networkToSave(source: string, to: SavedFormat, runs?: string): Promise<NetworkToSave> {
  if (isKerasFile(source)) return ofKeras(source, to);
  const run = await runNamed(source, runs);
  if (run) return { ...(await runNetwork(run)), name: run.name };
  const published = recordsWithWeights().map(({ network }) => network.name);
  if (!published.includes(source)) {
    throw new UserError(
      `"${source}" is no run, no published network (${published.join(', ')}), and no .keras or .h5 file. ` +
        '`npm run results` lists the runs.',
    );
  }
  const model = await pretrained(source);
  return { model, classNames: publishedFacts(model)?.dataset.classNames, name: source };
}

async function ofKeras(file: string, to: SavedFormat): Promise<NetworkToSave> {
  const facts = await factsOf(file);
  if (!facts && (to === 'savedmodel' || to === 'onnx')) {
    throw new UserError(
      `Nothing says what the images of ${file} go through before the network, which ${to} would have to do. In Keras, ` +
        'model.export(folder) writes the network alone.',
    );
  }
  const name = path.basename(file, path.extname(file));
  return { model: await fromKeras(file), classNames: facts?.classNames, name };
}
