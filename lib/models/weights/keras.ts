import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../runtime/errors';
import { projectRoot, venvDir } from '../../runtime/paths';
import type { tf } from '../../runtime/tensorflow';
import { setNamed } from './named';
import { readNpz } from './npz';

const python = path.join(venvDir, 'bin', 'python');
const exporter = path.join(projectRoot, 'scripts', 'keras', 'export_weights.py');

/**
 * Copies the weights of a Keras model of the same network, moving statistics included, by the names of layers and
 * weights. Unless all match in name and shape, nothing is changed.
 *
 * @param file an .npz written by scripts/keras/export_weights.py, or a whole model (.keras, .h5), which that script
 *   then reads with the project's own Python
 * @throws UserError that names the layer, the shape found and the shape expected
 */
export async function importKerasWeights(model: tf.LayersModel, file: string): Promise<void> {
  const arrays = path.extname(file) === '.npz' ? await readExisting(file) : await exported(file);
  setNamed(model, model.weights, arrays, file);
}

async function readExisting(file: string): ReturnType<typeof readNpz> {
  await checkReadable(file);
  return readNpz(file);
}

async function exported(file: string): ReturnType<typeof readNpz> {
  if (!['.keras', '.h5'].includes(path.extname(file))) {
    throw new UserError(`${file} is not a file to import weights from: it takes a .keras, .h5 or .npz.`);
  }
  await checkReadable(file);
  await fs.access(python).catch(() => {
    throw new UserError(
      `Reading ${file} needs Keras, and there is no .venv here. Run \`npm run setup\` first.`,
    );
  });
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'keras-weights-'));
  try {
    const arrays = path.join(folder, 'weights.npz');
    await promisify(execFile)(python, [exporter, file, arrays]).catch((error: unknown) => {
      throw new UserError(`Keras cannot read ${file}: ${lastLine(error)}`, { cause: error });
    });
    return await readNpz(arrays);
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

async function checkReadable(file: string): Promise<void> {
  await fs.access(file, fs.constants.R_OK).catch(() => {
    throw new UserError(`There is no file ${file}, or it may not be read.`);
  });
}

/** The last line of a Python traceback is the error itself. */
function lastLine(error: unknown): string {
  const { stderr = '', message = '' } = error as { stderr?: string; message?: string };
  return stderr.trim().split('\n').at(-1) ?? message;
}
