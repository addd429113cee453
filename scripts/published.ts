/** `npm run published`: the committed results. The work is done in lib/published. */
import { parseArgs } from 'node:util';
import { describe, loadDataset } from '../lib/data/load';
import { grouped } from '../lib/data/text';
import { evaluate } from '../lib/evaluate';
import { kernelTypes, type KernelType } from '../lib/models/weights/quantise';
import { pretrained, publishedRecords } from '../lib/published';
import { sentenceOn } from '../lib/published/describe';
import { testDigest } from '../lib/published/images';
import { recordsWithWeights, type RecordWithWeights } from '../lib/published/pretrained';
import { publishRun } from '../lib/published/publish';
import { digits } from '../lib/published/record';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';
import { readmeTable, updateReadme } from './published/readme';

const usage = `Usage: npm run published -- add RUN… [options]
       npm run published -- verify [NETWORK…] [options]
       npm run published -- readme

add     makes records of finished runs (names, or paths of their folders) in outputs/published, and brings the table in
        README.md up to date. A run has to be trained by one of the named recipes, on all images, by a commit, and
        measured on the test set.
verify  loads the published networks, measures them on the test images, and compares every prediction with the record.
readme  brings the table in README.md up to date, and prints it.

  --weights        add: publishes the network's weights too, and measures them as they are stored
  --kernels TYPE   add: ${kernelTypes.join(', ')} (default: uint8 from five million parameters on, float16 below)
  --replace        add: takes the place of a record of the same network, recipe and seed
  --allow-dirty    add: takes a run whose code is no commit of this clone; its record shows it
  --runs FOLDER    add: the folder that holds the runs (default: outputs/runs)
  --data SOURCE    the images: auto, cifar10, sample or a folder (default: DATA_SOURCE if set, otherwise auto)
  --help           prints this`;

function readArguments(args: readonly string[]) {
  const [flag, text] = [{ type: 'boolean', default: false }, { type: 'string' }] as const;
  const options = {
    ...{ weights: flag, replace: flag, 'allow-dirty': flag, help: flag },
    ...{ kernels: text, runs: text, data: text },
  };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${usage}`);
  }
}

/** Accuracy that fewer bits may cost. */
const muchLost = 0.002;

type Values = ReturnType<typeof readArguments>['values'];

async function add(runs: readonly string[], values: Values): Promise<void> {
  if (runs.length === 0) throw new UserError(`Name the runs to publish.\n\n${usage}`);
  const dataset = await loadDataset({ source: values.data });
  console.log(describe(dataset));
  for (const run of runs) {
    const record = await publishRun(run, dataset, {
      ...{ weights: values.weights, replace: values.replace, allowDirty: values['allow-dirty'] },
      ...{ kernels: kernelsOf(values.kernels), runs: values.runs },
      onNotice: console.log,
    });
    console.log(`${record.name}: ${sentenceOn(record)}`);
    const lost = record.test.accuracy - (record.weights?.test.accuracy ?? record.test.accuracy);
    if (lost > muchLost)
      console.log('Its weights as stored lose more than 0.2 points; --kernels float16 keeps them.');
  }
  if (updateReadme(publishedRecords())) console.log('README.md: the table of networks is up to date now.');
}

function kernelsOf(text: string | undefined): KernelType | undefined {
  const found = kernelTypes.find((each) => each === text);
  if (text === undefined || found) return found;
  throw new UserError(`--kernels is "${text}", but has to be one of: ${kernelTypes.join(', ')}.`);
}

/** @returns 1 if a network gives other answers than its record */
async function verify(names: readonly string[], values: Values): Promise<number> {
  const all = recordsWithWeights();
  const unknown = names.find((name) => !all.some(({ network }) => network.name === name));
  // Says which there are.
  if (unknown !== undefined) await pretrained(unknown);
  const chosen = all.filter(({ network }) => names.length === 0 || names.includes(network.name));
  if (chosen.length === 0) console.log('No weights are published so far.');
  let code = 0;
  for (const record of chosen) if (!(await holds(record, values))) code = 1;
  return code;
}

async function holds(record: RecordWithWeights, { data }: Values): Promise<boolean> {
  const dataset = await loadDataset({ source: data, trainLimit: 10 * record.dataset.classNames.length });
  const model = await pretrained(record.network.name);
  try {
    if (testDigest(dataset) !== record.dataset.testDigest) {
      throw new UserError(
        `The test images of ${dataset.name} are not those of the record, ${record.dataset.name}.`,
      );
    }
    const { accuracy, predictions } = await evaluate(model, dataset);
    const here = digits(predictions);
    const { test } = record.weights;
    const different = Array.from(here).filter((digit, image) => digit !== test.predictions[image]).length;
    console.log(
      `  accuracy ${accuracy} here, ${test.accuracy} in the record; ` +
        (different === 0
          ? `all ${grouped(here.length)} predictions are the same`
          : `${grouped(different)} of ${grouped(here.length)} predictions differ`),
    );
    return different === 0;
  } finally {
    model.dispose();
  }
}

async function main(args: readonly string[]): Promise<number | undefined> {
  const { values, positionals } = readArguments(args);
  const [command = 'nothing', ...names] = positionals;
  if (values.help) {
    console.log(usage);
    return undefined;
  }
  switch (command) {
    case 'add':
      await add(names, values);
      return undefined;
    case 'verify':
      return verify(names, values);
    case 'readme':
      updateReadme(publishedRecords());
      console.log(readmeTable(publishedRecords()));
      return undefined;
    default:
      throw new UserError(`Expected add, verify or readme, not ${command}.\n\n${usage}`);
  }
}

runCommand(main);
