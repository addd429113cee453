/** The published weights of a network: stored in few bits, and measured as they are stored. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { sha256 } from '../data/hash';
import type { Dataset } from '../data/types';
import { evaluate } from '../evaluate/evaluate';
import { loadModel, saveModel } from '../models/weights/files';
import type { KernelType } from '../models/weights/quantise';
import type { tf } from '../runtime/tensorflow';
import { publishedTest } from './from-run';
import { measuredAs } from './measured-as';
import { ensurePictures, probabilitiesFor } from './pictures';
import type { PublishedRecord, PublishedWeights } from './record';
import { networkFolder, publishedFolder, readRecords, writeRecord } from './record-file';

/** From this number of parameters on, kernels are stored in 8 bits; below, in 16. */
const manyParameters = 5_000_000;

export interface WeightsOptions {
  /** Defaults to uint8 for networks of five million parameters and more, float16 for smaller ones. */
  readonly kernels?: KernelType;
  /** Defaults to `publishedFolder`. */
  readonly folder?: string;
}

/**
 * Stores the weights of a record's network, measures them as they are stored, and writes the record with both. A network
 * has the weights of one record: another record that has had them loses them.
 * @param model as the run left it
 * @param dataset of the record
 * @returns the record with its weights
 */
export async function publishWeights(
  record: PublishedRecord,
  model: tf.LayersModel,
  dataset: Dataset,
  { kernels = usualKernels(record), folder = publishedFolder }: WeightsOptions = {},
): Promise<PublishedRecord> {
  const place = networkFolder(record.network.name, folder);
  await saveModel(model, place, { kernels });
  const stored = await loadModel(place);
  try {
    const pictures = await ensurePictures(folder);
    const weights: PublishedWeights = {
      kernels,
      files: await filesIn(place),
      test: publishedTest(await evaluate(stored, dataset, measuredAs(record.test))),
      pictures: { sha256: pictures.sha256, probabilities: probabilitiesFor(stored, pictures) },
    };
    const withWeights = { ...record, weights };
    await writeRecord(withWeights, folder);
    for (const other of readRecords(folder)) {
      if (other.network.name !== record.network.name || other.name === record.name || !other.weights)
        continue;
      await writeRecord({ ...other, weights: undefined }, folder);
    }
    return withWeights;
  } finally {
    stored.dispose();
  }
}

function usualKernels({ network: { parameters } }: PublishedRecord): KernelType {
  return parameters < manyParameters ? 'float16' : 'uint8';
}

async function filesIn(folder: string): Promise<PublishedWeights['files']> {
  const names = (await fs.readdir(folder)).filter((name) => name === 'model.json' || name.endsWith('.bin'));
  const entries = names.sort().map(async (name) => {
    const bytes = await fs.readFile(path.join(folder, name));
    return [name, { bytes: bytes.length, sha256: sha256(bytes) }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
