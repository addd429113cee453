/** A network, layers and weights, in tfjs's own format: a folder that any tfjs can load. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { UserError } from '../../runtime/errors';
import { tf } from '../../runtime/tensorflow';
import { product } from '../costs';
import { weightKeys } from './keys';
import { setNamed, type NamedArray, type NamedArrays } from './named';
import { encodeWeights, type KernelType } from './quantise';
import { replaceFile } from './replace';

const modelFile = 'model.json';

/** The name holds the content's sha256, shortened. */
const weightsName = /^weights-([0-9a-f]{16})\.bin$/;

export interface SaveOptions {
  /** How kernels are stored; vectors keep their 32 bits. Defaults to float32, which loses nothing. */
  kernels?: KernelType;
}

/**
 * Saves a network into `folder` as model.json with the weights beside it. Saving over an older network is safe:
 * new weights get a new name, and model.json, replaced last and in one move, always names the weights it was
 * written with.
 */
export async function saveModel(
  model: tf.LayersModel,
  folder: string,
  { kernels = 'float32' }: SaveOptions = {},
): Promise<void> {
  const bytes = await modelBytes(model, kernels);
  const weights = `weights-${digest(bytes.weights)}.bin`;
  await replaceFile(path.join(folder, weights), (file) => fs.writeFile(file, bytes.weights));
  await replaceFile(path.join(folder, modelFile), (file) => fs.writeFile(file, bytes.description(weights)));
  for (const name of await fs.readdir(folder)) {
    if (weightsName.test(name) && name !== weights) await fs.rm(path.join(folder, name), { force: true });
  }
}

type Artifacts = Parameters<Parameters<typeof tf.io.withSaveHandler>[0]>[0];

/** The part of a model.json that is read. */
interface ModelJson {
  readonly weightsManifest: readonly {
    readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
  }[];
}

/** A network as it is saved: its weights, and its model.json, which names the weights' file. */
export interface ModelBytes {
  readonly weights: Uint8Array;
  readonly description: (weightsFile: string) => string;
}

export async function modelBytes(
  model: tf.LayersModel,
  kernels: KernelType = 'float32',
): Promise<ModelBytes> {
  let saved: Artifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({ modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) });
    }),
  );
  const { weightData = [], weightSpecs = [], ...description } = saved!;
  // tfjs writes the weights in the model's order, each under its own name, which need not be unique.
  const keys = weightKeys(model);
  const named = weightSpecs.map((spec, i) => ({
    ...spec,
    name: keys.get(model.weights[i].id) ?? spec.name,
  }));
  const values = Buffer.concat([weightData].flat().map((part) => Buffer.from(part)));
  const { bytes, specs: weights } = encodeWeights(named, values, kernels);
  return {
    weights: bytes,
    description: (paths) =>
      JSON.stringify({ ...description, weightsManifest: [{ paths: [paths], weights }] }),
  };
}

/** The weights that `modelBytes` gave as float32, by key. */
export function parseWeights(description: string, weights: Uint8Array): NamedArrays {
  const { weightsManifest } = JSON.parse(description) as ModelJson;
  const arrays = new Map<string, NamedArray>();
  let offset = weights.byteOffset;
  for (const { name, shape } of weightsManifest.flatMap((group) => group.weights)) {
    const bytes = 4 * product(shape);
    arrays.set(name, { shape, values: new Float32Array(weights.buffer.slice(offset, offset + bytes)) });
    offset += bytes;
  }
  return arrays;
}

/**
 * Loads a network from a folder in tfjs's format.
 * @throws UserError if there is none, or its weights are not those that were saved or do not fit its layers
 */
export async function loadModel(folder: string): Promise<tf.LayersModel> {
  const names = await fs.readdir(folder).catch((): string[] => []);
  if (!names.includes(modelFile)) {
    throw new UserError(`There is no ${modelFile} in ${folder}. Save a network there first with saveModel.`);
  }
  for (const name of names) {
    const expected = weightsName.exec(name)?.[1];
    if (expected === undefined || digest(await fs.readFile(path.join(folder, name))) === expected) continue;
    throw new UserError(
      `${path.join(folder, name)} is damaged: its checksum is not ${expected}. Save it again.`,
    );
  }
  const [handler] = tf.io.getLoadHandlers(`file://${path.resolve(folder, modelFile)}`);
  const { weightData, weightSpecs = [], ...description } = await handler.load!();
  // Without the weights: tfjs itself refuses nested models that repeat each other's names.
  const model = await tf.loadLayersModel({ load: () => Promise.resolve(description) });
  const specs = weightSpecs.filter(({ group }) => group !== 'optimizer');
  const tensors = Object.entries(tf.io.decodeWeights(weightData ?? new ArrayBuffer(0), specs));
  const arrays = tensors.map(([key, tensor]): [string, NamedArray] => {
    return [key, { shape: tensor.shape, values: Float32Array.from(tensor.dataSync()) }];
  });
  tf.dispose(tensors.map(([, tensor]) => tensor));
  try {
    setNamed(model, model.weights, new Map(arrays), folder);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
