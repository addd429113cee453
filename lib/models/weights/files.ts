/** A network, layers and weights, in tfjs's own format: a folder that any tfjs can load. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { UserError } from '../../runtime/errors';
import { tf } from '../../runtime/tensorflow';
import { replaceFile } from './replace';

const modelFile = 'model.json';

/** The name tells the content: its sha256, shortened. */
const weightsName = /^weights-([0-9a-f]{16})\.bin$/;

/**
 * Saves a network into `folder` as model.json and the weights beside it. Saving over an older network is safe:
 * the weights get a name of their own, so model.json, replaced at once and last, always points to what it was
 * written with.
 */
export async function saveModel(model: tf.LayersModel, folder: string): Promise<void> {
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      const { weightData = [], weightSpecs = [], ...description } = artifacts;
      const bytes = Buffer.concat([weightData].flat().map((part) => Buffer.from(part)));
      const weights = `weights-${digest(bytes)}.bin`;
      const json = JSON.stringify({
        ...description,
        weightsManifest: [{ paths: [weights], weights: weightSpecs }],
      });
      await replaceFile(path.join(folder, weights), (file) => fs.writeFile(file, bytes));
      await replaceFile(path.join(folder, modelFile), (file) => fs.writeFile(file, json));
      for (const name of await fs.readdir(folder)) {
        if (weightsName.test(name) && name !== weights) await fs.rm(path.join(folder, name), { force: true });
      }
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    }),
  );
}

/**
 * Loads a network from a folder in tfjs's format.
 * @throws UserError if there is none, or its weights are not those that were saved
 */
export async function loadModel(folder: string): Promise<tf.LayersModel> {
  const names = await fs.readdir(folder).catch((): string[] => []);
  if (!names.includes(modelFile)) {
    throw new UserError(`There is no ${modelFile} in ${folder}. Save a network there first, with saveModel.`);
  }
  for (const name of names) {
    const expected = weightsName.exec(name)?.[1];
    if (expected === undefined || digest(await fs.readFile(path.join(folder, name))) === expected) continue;
    throw new UserError(
      `${path.join(folder, name)} is damaged: its checksum is not ${expected}. Save it again.`,
    );
  }
  return tf.loadLayersModel(`file://${path.resolve(folder, modelFile)}`);
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
