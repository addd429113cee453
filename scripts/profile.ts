/** `npm run profile`: where the time of a training step goes, network by network. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { kinds, ratesOf, secondsByKind, type Profile } from '../lib/bench/profile';
import { describeTrainingGraph } from '../lib/graph';
import { withScratchFolder } from '../lib/graph/scratch';
import { networkNamed, networks } from '../lib/models';
import { adam, crossEntropy, noAugmentation } from '../lib/recipe';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';
import { venvDir } from '../lib/runtime/paths';
import type { tf } from '../lib/runtime/tensorflow';
import { table, tableText } from '../lib/show/table';
import { pythonEnvironment } from './setup/command';

const usage = `Usage: npm run profile [-- NAMES] [options]

Traces training steps of the networks (default: all) with Adam on the CPU, and prints which share of the operations'
time is spent on what, and how fast convolutions and matrix products run beside a product of two large matrices.

  --batch N        images in a step (default: 32)
  --help           prints this`;

const images = 4096;

function readArguments(args: readonly string[]): { names: readonly string[]; batch: number } | undefined {
  const { values, positionals } = parseArguments(args);
  if (values.help) return undefined;
  const batch = Number(values.batch);
  if (!Number.isInteger(batch) || batch < 1 || batch > images) {
    throw new UserError(`--batch is ${values.batch}, but has to be a whole number from 1 to ${images}.`);
  }
  positionals.forEach(networkNamed);
  return { names: positionals.length > 0 ? positionals : Object.keys(networks), batch };
}

function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        batch: { type: 'string', default: '32' },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${usage}`);
  }
}

function profileOf(model: tf.LayersModel, batch: number): Promise<Profile> {
  const { savedModel, signatures } = describeTrainingGraph({
    model,
    imageShape: [32, 32, 3],
    imageCount: images,
    normalisation: null,
    augmentation: noAugmentation,
    loss: crossEntropy(),
    optimizer: adam(),
    dtype: 'float32',
    device: 'cpu',
    seed: 1,
  });
  return withScratchFolder((folder) => {
    const plan = { signatures, batch, images, steps: 4, calls: 10 };
    fs.writeFileSync(path.join(folder, 'saved_model.pb'), savedModel);
    fs.writeFileSync(path.join(folder, 'plan.json'), JSON.stringify(plan));
    const script = path.join(__dirname, 'keras', 'op_times.py');
    const output = execFileSync(path.join(venvDir, 'bin', 'python'), [script, folder], {
      env: pythonEnvironment(process.env),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 2 ** 26,
    });
    return Promise.resolve(JSON.parse(output) as Profile);
  });
}

async function main(args: readonly string[]): Promise<undefined> {
  const request = readArguments(args);
  if (!request) {
    console.log(usage);
    return undefined;
  }
  const shares = new Map<string, object>(kinds.map((kind) => [kind, { 'share of the time': kind }]));
  const rates: object[] = [];
  for (const name of request.names) {
    const { title, build } = networkNamed(name);
    console.error(`… ${title}`);
    const model = build({ seed: 1 });
    const profile = await profileOf(model, request.batch);
    const byKind = secondsByKind(profile, model);
    const all = [...byKind.values()].reduce((sum, seconds) => sum + seconds, 0);
    for (const [kind, seconds] of byKind) {
      shares.set(kind, { ...shares.get(kind), [title]: `${((100 * seconds) / all).toFixed(1)} %` });
    }
    const { products, step } = ratesOf(profile, model, request.batch);
    const giga = (rate: number): string => (rate / 1e9).toFixed(0);
    rates.push({
      network: title,
      'ms a step': (1000 * profile.secondsPerStep).toFixed(2),
      'operations run': profile.nodes.length,
      'GFLOP/s of convolutions and products': giga(products),
      'of a large product': giga(profile.matrixRate),
      'GFLOP/s of the whole step': giga(step),
    });
    model.dispose();
  }
  const caption = `Training steps with a batch of ${request.batch}: shares of the time of all operations`;
  console.log(tableText(table([...shares.values()], { caption })));
  console.log(`\n${tableText(table(rates))}\n\n${os.cpus()[0].model.trim()}, ${os.cpus().length} cores`);
  return undefined;
}

runCommand(main);
