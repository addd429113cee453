/** Published networks, ready to use. */
import * as path from 'node:path';
import { sha256 } from '../data/hash';
import { asVariant } from '../models/variant';
import { loadModel } from '../models/weights/files';
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';
import { trainedSteps } from '../train/draws';
import { sentenceOn } from './describe';
import type { PublishedRecord, PublishedTest } from './record';
import { networkFolder, publishedFolder, readPublished, readRecords } from './record-file';

export interface PretrainedOptions {
  /** Called with a sentence that says what the network was trained on and what it reached. Defaults to printing it. */
  readonly onNotice?: (message: string) => void;
  /** Where the published results are. Defaults to those of this project. */
  readonly folder?: string;
}

/** What a published network knows of itself. */
export interface PublishedFacts {
  /** Of its record: `vgg16-best-seed1`. */
  readonly name: string;
  /** The sentence that `pretrained` prints. */
  readonly description: string;
  /** What it was trained on. */
  readonly dataset: PublishedRecord['dataset'];
  readonly recipeName: string;
  readonly recipe: PublishedRecord['recipe'];
  /** On the test images, with the weights as they are stored: what `evaluate` gives. */
  readonly test: PublishedTest;
  /** The same before its weights were stored in fewer bits. */
  readonly trained: PublishedTest;
}

const key = 'published';

/** With the number of steps it was trained for: with more, it is another network. */
type Stored = PublishedFacts & { readonly steps: number };

/**
 * A trained network from `outputs/published`: `const vgg16 = await pretrained('vgg16')`. It knows the normalisation it was
 * trained with, so `evaluate(vgg16, dataset)` gives the recorded accuracy; `publishedFacts(vgg16)` tells the rest.
 * @param network its name: `baseline`, `lenet5`, …
 * @throws UserError if it is not published, or a file of it is missing or damaged
 */
export async function pretrained(
  network: string,
  { onNotice = print, folder = publishedFolder }: PretrainedOptions = {},
): Promise<tf.LayersModel> {
  const record = recordWithWeights(network, folder);
  checkFiles(record, networkFolder(network, folder));
  const model = asVariant(await loadModel(networkFolder(network, folder)), 'published');
  const description = sentenceOn(record);
  const { name, dataset, recipeName, recipe, test: trained, weights } = record;
  const facts: Stored = {
    ...{ name, description, dataset, recipeName, recipe, trained },
    test: weights.test,
    steps: trainedSteps(model),
  };
  model.setUserDefinedMetadata({ ...(model.getUserDefinedMetadata() as object | undefined), [key]: facts });
  onNotice(description);
  return model;
}

/** @returns undefined for a network that does not come from `pretrained`, or was trained on since */
export function publishedFacts(model: tf.LayersModel): PublishedFacts | undefined {
  const stored = (model.getUserDefinedMetadata() as { readonly [key]?: Stored } | undefined)?.[key];
  if (stored === undefined) return undefined;
  const { steps, ...facts } = stored;
  return steps === trainedSteps(model) ? facts : undefined;
}

/** A record whose weights are published. */
export type RecordWithWeights = PublishedRecord & Required<Pick<PublishedRecord, 'weights'>>;

/** The networks with published weights, in the order of their names. */
export function recordsWithWeights(folder = publishedFolder): RecordWithWeights[] {
  return readRecords(folder).filter((record): record is RecordWithWeights => record.weights !== undefined);
}

function recordWithWeights(network: string, folder: string): RecordWithWeights {
  const all = recordsWithWeights(folder);
  const found = all.find((record) => record.network.name === network);
  if (found) return found;
  const names = all.map((record) => record.network.name).join(', ') || 'none so far';
  throw new UserError(`There are no published weights of "${network}". There are those of: ${names}.`);
}

function checkFiles({ weights }: RecordWithWeights, folder: string): void {
  for (const [name, expected] of Object.entries(weights.files)) {
    readPublished(path.join(folder, name), (bytes) =>
      bytes.length === expected.bytes && sha256(bytes) === expected.sha256
        ? undefined
        : 'is damaged: its checksum is not the one in its record',
    );
  }
}

function print(message: string): void {
  console.log(message);
}
