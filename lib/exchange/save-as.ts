/** Networks as files of other programs. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { knowsItsTraining } from '../evaluate/trained-with';
import { saveModel } from '../models/weights/files';
import { UserError } from '../runtime/errors';
import { outputsDir, shownPath } from '../runtime/paths';
import { pythonProgram } from '../runtime/python';
import type { tf } from '../runtime/tensorflow';
import { type PythonFormat, writeJob } from './job';
import { onnxPython } from './onnx-environment';
import { type Preprocessing, preprocessingOf } from './preprocessing';
import { runScript } from './python';
import { checkTarget, placed } from './target';

/** `keras`: Keras 3's .keras; `savedmodel`: for TensorFlow Serving; `tfjs`: for browsers; `onnx`. */
export type SavedFormat = 'tfjs' | PythonFormat;

export const savedFormats = ['keras', 'savedmodel', 'tfjs', 'onnx'] as const satisfies readonly SavedFormat[];

export interface SaveAsOptions {
  /** The file or folder to write. Defaults to one named after the model in outputs/saved. */
  readonly out?: string;
  /** Replaces what is there already. Defaults to false. */
  readonly overwrite?: boolean;
  /** What each output is for. Defaults to numbers from 0 on. */
  readonly classNames?: readonly string[];
  /** The name of the default file or folder. Defaults to the model's. */
  readonly name?: string;
  /** Called with what the user should know. Defaults to printing it. */
  readonly onNotice?: (message: string) => void;
}

export interface SavedAs {
  /** The file or folder. */
  readonly path: string;
  /**
   * The JSON beside it, or in it, that says what images go through before the network; null if the network does that itself,
   * or was never trained here, so that nobody knows.
   */
  readonly preprocessing: string | null;
  /**
   * Between the outputs of what was written, loaded again by the program that it is for, and the model's own, on a few
   * images; of outputs that go beyond 1, as a share of the largest. Null for tfjs, which computes here.
   */
  readonly difference: number | null;
}

/** What the difference may be at most. */
const tolerance = 1e-5;

/**
 * Saves a network for another program, and compares what that program computes with the network's own answers.
 *
 * The SavedModel and ONNX take images as bytes, uint8 [batch, height, width, channels], normalise them as the network was
 * trained, and give `probabilities`; the SavedModel's signature also gives `label`, the likeliest class's name. The others
 * hold the network alone, with a JSON that says what its images went through.
 * @throws UserError if the format is unknown, the target is there already, the network has a layer that the other program
 *   lacks, or its answers differ; nothing is written then
 */
export async function saveAs(
  model: tf.LayersModel,
  to: SavedFormat,
  { overwrite = false, classNames, name = model.name, onNotice = print, ...options }: SaveAsOptions = {},
): Promise<SavedAs> {
  checkFormat(to);
  const out = path.resolve(options.out ?? usualPlace(name, to));
  checkEnding(to, out);
  await checkTarget(out, overwrite);
  const facts = preprocessingOf(model, classNames);
  const known = knowsItsTraining(model) ? facts : null;
  if (to === 'tfjs') return asTfjs(model, out, overwrite, known);

  const isServed = to !== 'keras';
  if (isServed && facts.imageShape === null) {
    throw new UserError(
      `"${model.name}" does not take one image of a fixed size to one list of classes, so there is no way to put its ` +
        `preprocessing into ${to}. Save it as keras or tfjs.`,
    );
  }
  const python = to === 'onnx' ? await onnxPython(onNotice) : pythonProgram('python');
  let difference = NaN;
  await placed(out, overwrite, async (folder) => {
    const made = `made${path.extname(out)}`;
    await writeJob(folder, model, to, made, facts);
    const problem = await runScript(python, 'write_model.py', [folder]);
    if (problem !== undefined) throw new UserError(`"${model.name}" cannot be saved as ${to}: ${problem}`);
    difference = await differenceIn(folder);
    checkDifference(difference, model.name, to);
    const moves: [string, string][] = [[path.join(folder, made), out]];
    if (isServed || !known) return moves;
    await writeFacts(path.join(folder, 'facts.json'), known);
    return [[path.join(folder, 'facts.json'), factsBeside(out)], ...moves];
  });
  // What is beside a file that was written over is about that one.
  if (to === 'keras' && !known) await fs.rm(factsBeside(out), { force: true });
  return { path: out, preprocessing: isServed || !known ? null : factsBeside(out), difference };
}

const tfjsFacts = 'preprocessing.json';

/** The JSON beside a .keras file. */
export function factsBeside(file: string): string {
  return `${file}.json`;
}

async function asTfjs(
  model: tf.LayersModel,
  out: string,
  overwrite: boolean,
  facts: Preprocessing | null,
): Promise<SavedAs> {
  await placed(out, overwrite, async (folder) => {
    const made = path.join(folder, 'made');
    await saveModel(model, made);
    if (facts) await writeFacts(path.join(made, tfjsFacts), facts);
    return [[made, out]];
  });
  return { path: out, preprocessing: facts && path.join(out, tfjsFacts), difference: null };
}

function checkFormat(to: string): void {
  if (savedFormats.some((format) => format === to)) return;
  throw new UserError(`There is no format "${to}". Choose one of: ${savedFormats.join(', ')}.`);
}

const endings: Readonly<Record<SavedFormat, string>> = {
  keras: '.keras',
  onnx: '.onnx',
  savedmodel: '',
  tfjs: '',
};

function usualPlace(name: string, to: SavedFormat): string {
  const saved = path.join(outputsDir, 'saved');
  // TensorFlow Serving looks for versions, in folders of whole numbers.
  if (to === 'savedmodel') return path.join(saved, `${name}-savedmodel`, '1');
  return path.join(saved, to === 'tfjs' ? `${name}-tfjs` : `${name}${endings[to]}`);
}

/** Keras refuses other names, and people would look for the format in vain. */
function checkEnding(to: SavedFormat, out: string): void {
  const ending = endings[to];
  if (out.endsWith(ending)) return;
  throw new UserError(`${shownPath(out)} is no name for ${to}; expected one that ends in ${ending}.`);
}

async function differenceIn(folder: string): Promise<number> {
  const text = await fs.readFile(path.join(folder, 'result.json'), 'utf8');
  return (JSON.parse(text) as { readonly difference: number | null }).difference ?? NaN;
}

function checkDifference(difference: number, name: string, to: SavedFormat): void {
  if (difference <= tolerance) return;
  if (Number.isNaN(difference)) {
    throw new UserError(
      `"${name}" gives outputs that are no numbers, so that it can't be compared with what would be written as ${to}. Has its ` +
        'training diverged?',
    );
  }
  throw new UserError(
    `"${name}" as ${to} gives other outputs than here: they differ by ${difference.toPrecision(2)}, and ${tolerance} was ` +
      'expected at most. On a GPU, set NVIDIA_TF32_OVERRIDE=0 before Node starts: with TF32 a product has 10 bits.',
  );
}

async function writeFacts(file: string, facts: Preprocessing): Promise<void> {
  await fs.writeFile(file, `${JSON.stringify(facts, null, 2)}\n`);
}

function print(message: string): void {
  console.log(message);
}
