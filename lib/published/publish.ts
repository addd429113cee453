/** Publishes a finished run: its record and, if asked for, its weights. */
import * as path from 'node:path';
import { grouped } from '../data/text';
import type { Dataset } from '../data/types';
import { evaluate } from '../evaluate/evaluate';
import type { KernelType } from '../models/weights/quantise';
import { differences } from '../runs/plain-data';
import { readRuns, type RunRecord } from '../runs/read-runs';
import { runsFolder } from '../runs/run-path';
import { UserError } from '../runtime/errors';
import { plannedNetwork, trainAsPlanned } from './again';
import { recordOf, type FromRunOptions } from './from-run';
import { digits, type PublishedRecord } from './record';
import { publishedFolder, readRecords, writeRecord } from './record-file';
import { publishWeights } from './weights';

export interface PublishOptions extends FromRunOptions {
  /** Publishes the weights too. Defaults to false. */
  readonly weights?: boolean;
  /** How kernels are stored. Defaults to uint8 for networks of five million parameters and more, float16 for smaller ones. */
  readonly kernels?: KernelType;
  /** Takes the place of a record of the same network, recipe and seed. Defaults to false. */
  readonly replace?: boolean;
  /** Where to publish. Defaults to `publishedFolder`. */
  readonly folder?: string;
  /** The folder that holds the run. Defaults to `runsFolder()`. */
  readonly runs?: string;
  readonly onNotice?: (message: string) => void;
}

/**
 * Makes the record of a run, and writes it.
 * @param name of the run, or the path of its folder
 * @param dataset all of the images that it was trained and measured on
 * @throws UserError if there is no such run, or with everything that keeps it from being published; nothing is written
 *   then
 */
export async function publishRun(
  name: string,
  dataset: Dataset,
  { weights = false, kernels, replace = false, folder = publishedFolder, ...more }: PublishOptions = {},
): Promise<PublishedRecord> {
  const run = await runNamed(name, more);
  const record = recordOf(run, dataset, more);
  checkPlace(record, readRecords(folder), { replace, weights });
  if (!weights) {
    await writeRecord(record, folder);
    return record;
  }
  const model = plannedNetwork(record, dataset);
  try {
    const { label, study } = run;
    const place = {
      name: run.name,
      folder: path.dirname(run.folder),
      resume: 'required',
      label,
      study,
    } as const;
    await trainAsPlanned(model, dataset, record, place, { onNotice: more.onNotice });
    checkAnswers(run, record, digits((await evaluate(model, dataset)).predictions));
    return await publishWeights(record, model, dataset, { kernels, folder });
  } finally {
    model.dispose();
  }
}

async function runNamed(
  name: string,
  { runs = runsFolder(), onNotice }: Pick<PublishOptions, 'runs' | 'onNotice'>,
): Promise<RunRecord> {
  const isPath = name.includes(path.sep);
  const folder = isPath ? path.dirname(path.resolve(name)) : runs;
  const wanted = path.basename(name);
  const found = (await readRuns({ folder, onNotice })).find((run) => path.basename(run.folder) === wanted);
  if (found) return found;
  throw new UserError(`There is no run "${wanted}" in ${folder}. \`npm run results\` lists all runs.`);
}

/** The records of one network and recipe have to be measurements of the same thing. */
function checkPlace(
  record: PublishedRecord,
  all: readonly PublishedRecord[],
  { replace, weights }: { readonly replace: boolean; readonly weights: boolean },
): void {
  const { name } = record;
  const before = all.find((other) => other.name === name);
  if (before && !replace) {
    throw new UserError(`${name} is published already. --replace puts this run in its place.`);
  }
  if (before?.weights && !weights) {
    throw new UserError(
      `The published weights of ${before.network.title} are those of ${name}. To replace the record, publish the ` +
        'weights too: --weights.',
    );
  }
  for (const other of all) {
    const isSibling = other.network.name === record.network.name && other.recipeName === record.recipeName;
    if (!isSibling || other.name === name) continue;
    const different = differences(measured(other), measured(record));
    if (different.length === 0) continue;
    throw new UserError(
      `${name} can't stand beside ${other.name} (there), from which it differs (here) in more than the seed:\n` +
        different.map((line) => `  ${line}`).join('\n'),
    );
  }
}

function measured({ network, networkOptions, dataset, engine, recipe }: PublishedRecord): object {
  return { network, networkOptions, dataset, engine, recipe: { ...recipe, seed: 0 } };
}

function checkAnswers(run: RunRecord, { test }: PublishedRecord, here: string): void {
  const different = Array.from(here).filter((digit, image) => digit !== test.predictions[image]).length;
  if (different === 0) return;
  throw new UserError(
    `The weights of the run "${run.name}" give other answers than its test result for ${grouped(different)} of ` +
      `${grouped(here.length)} images. Run its training again to have it measured anew, on this machine.`,
  );
}
