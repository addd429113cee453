/** Keras's models as models of tfjs. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { noteTrainedWith } from '../evaluate/trained-with';
import { setNamed } from '../models/weights/named';
import { readNpz } from '../models/weights/npz';
import { crossEntropy } from '../recipe';
import { UserError } from '../runtime/errors';
import { pythonProgram } from '../runtime/python';
import type { tf } from '../runtime/tensorflow';
import type { DescribedNetwork } from './description';
import type { Preprocessing } from './preprocessing';
import { runScript, withScratch } from './python';
import { factsBeside } from './save-as';
import { buildFromKeras } from './to-tfjs';

/**
 * A model of Keras with its weights: `const model = await fromKeras('mobilenet.keras')`. It trains, is measured and looked
 * into like any other. One that `saveAs` wrote also knows the normalisation that it was trained with.
 * @param file a whole model, .keras or .h5, of layers that tfjs and Keras share; read by the Keras of `npm run setup`
 * @throws UserError that names the first layer or setting that tfjs lacks, and those that are known
 */
export async function fromKeras(file: string): Promise<tf.LayersModel> {
  if (!isKerasFile(file)) {
    throw new UserError(`${file} is no whole model of Keras: expected a .keras or .h5 file.`);
  }
  await fs.access(file, fs.constants.R_OK).catch(() => {
    throw new UserError(`There is no file ${file}, or it may not be read.`);
  });
  const facts = await factsOf(file);
  return withScratch(async (folder) => {
    const [network, weights] = [path.join(folder, 'network.json'), path.join(folder, 'weights.npz')];
    const problem = await runScript(pythonProgram('python'), 'read_model.py', [file, network, weights]);
    if (problem !== undefined) throw new UserError(`${file} cannot be read: ${problem}.`);
    const model = await modelOf({ network, weights }, file);
    if (facts) {
      const { mean, deviation, logits } = facts;
      noteTrainedWith(model, {
        normalisation: { mean, deviation },
        loss: crossEntropy({ fromLogits: logits }),
      });
    }
    return model;
  });
}

/** By its ending. */
export function isKerasFile(file: string): boolean {
  return ['.keras', '.h5', '.hdf5'].includes(path.extname(file));
}

/**
 * The model in what scripts/keras/read_model.py wrote.
 * @param file that it read, for messages
 */
export async function modelOf(
  { network, weights }: { readonly network: string; readonly weights: string },
  file: string,
): Promise<tf.LayersModel> {
  const described = JSON.parse(await fs.readFile(network, 'utf8')) as DescribedNetwork;
  const model = await buildFromKeras(described);
  try {
    setNamed(model, model.weights, await readNpz(weights), file);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** What `saveAs` wrote beside a file; undefined for files of others. */
export async function factsOf(file: string): Promise<Preprocessing | undefined> {
  const text = await fs.readFile(factsBeside(file), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const facts = JSON.parse(text) as Partial<Preprocessing>;
    const { mean, deviation, classNames } = facts;
    if ([mean, deviation, classNames].every(Array.isArray)) return facts as Preprocessing;
  } catch {
    // Told below.
  }
  throw new UserError(
    `${factsBeside(file)} does not hold what \`npm run save\` writes beside a .keras. Remove it.`,
  );
}
