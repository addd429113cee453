/** `npm run play`: the playground. The work is done in lib/play. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { loadDataset } from '../lib/data/load';
import { shortPath } from '../lib/notebooks/outcome';
import { writeFolder, writeLazily } from '../lib/play/folder';
import type { Offered } from '../lib/play/offers';
import { blueprintOffers, pictureOffers } from '../lib/play/pictures-offers';
import { publishedOffers } from '../lib/play/published-networks';
import { runOffers } from '../lib/play/run-networks';
import { serveFolder } from '../lib/play/server';
import { writeSingleFile } from '../lib/play/single-file';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';

const usage = `Usage: npm run play [-- options]

Opens the playground: a page in which a trained network is taken apart. Without options it is served on this machine
alone, with the published networks and the finished runs of outputs/runs, until Ctrl+C.

  --export DIR      writes it into a folder instead, which opens from disk or any static host, without a network: with
                    the published networks, and the runs named by --run
  --single FILE     writes one HTML file with small networks: --network and --run choose; LeNet-5 and Baseline otherwise
  --network NAME    only this published network: lenet5, baseline, … (may be repeated)
  --run NAME        opens on this run of outputs/runs (may be repeated)
  --runs FOLDER     the folder that holds the runs (default: outputs/runs)
  --pictures N      test images to ask networks about (default: 200)
  --training N      training images for training in the page (default: 2000; 600 with --single)
  --port N          serves on this port (default: one that is free)
  --help            prints this

The pictures are CIFAR-10's if it is here, otherwise those of the built-in sample.`;

function readArguments(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const list = { type: 'string', multiple: true, default: [] as string[] } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{ export: text, single: text, network: list, run: list, runs: text },
        ...{ pictures: text, training: text, port: text, help: { type: 'boolean', default: false } },
      },
    }).values;
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${usage}`);
  }
}

type Arguments = ReturnType<typeof readArguments>;

function wholeNumber(name: string, value: string | undefined, otherwise: number, least: number): number {
  if (value === undefined) return otherwise;
  const number = Number(value);
  if (Number.isInteger(number) && number >= least) return number;
  throw new UserError(`--${name} is ${value}; expected a whole number of at least ${least}.`);
}

/** The published networks that are asked for; all if none is. */
function publishedChosen(names: readonly string[]): Offered[] {
  const all = publishedOffers();
  for (const name of names) {
    if (all.some(({ network }) => network === name)) continue;
    const known = all.map(({ network }) => network).join(', ');
    throw new UserError(`No published network is called "${name}". Choose one of: ${known}.`);
  }
  return names.length === 0 ? all : all.filter(({ network = '' }) => names.includes(network));
}

async function runsChosen({ run: names, runs }: Arguments, all: boolean): Promise<Offered[]> {
  if (!all && names.length === 0) return [];
  const found = await runOffers(runs === undefined ? {} : { folder: path.resolve(runs) });
  if (names.length === 0) return found;
  return names.map((name) => {
    const chosen = found.find(({ id }) => id === name);
    if (chosen) return chosen;
    throw new UserError(
      `There is no finished run "${name}" with a test result. \`npm run results\` lists the runs.`,
    );
  });
}

async function serve(offered: readonly Offered[], port: number): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'playground-'));
  try {
    const server = await serveFolder(folder, { port, make: await writeLazily(folder, offered) });
    console.log(`Playground: ${server.address}   Ctrl+C ends it`);
    await new Promise((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
    });
    await server.stop();
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2).padStart(7)} MB`;
}

runCommand(async (args) => {
  const values = readArguments(args);
  if (values.help) {
    console.log(usage);
    return undefined;
  }
  const { single, export: target, network = [], run = [] } = values;
  if (single !== undefined && target !== undefined) {
    throw new UserError('--single and --export are two ways to write it; give one of them.');
  }
  const isSingle = single !== undefined;
  const isServed = !isSingle && target === undefined;
  const port = wholeNumber('port', values.port, 0, 0);
  const counts = {
    test: wholeNumber('pictures', values.pictures, 200, 10),
    train: wholeNumber('training', values.training, isSingle ? 600 : 2000, 10),
  };
  const names = isSingle && network.length + run.length === 0 ? ['lenet5', 'baseline'] : network;
  const onlyRuns = names.length === 0 && run.length > 0;
  const published = onlyRuns && isSingle ? [] : publishedChosen(names);
  const runs = await runsChosen(values, isServed && names.length === 0);
  // The page opens on the first: on a run that is asked for by its name.
  const networks = run.length > 0 ? [...runs, ...published] : [...published, ...runs];
  const dataset = await loadDataset({ download: false });
  const offered = [...networks, ...pictureOffers(dataset, counts), ...blueprintOffers(dataset)];
  if (isServed) {
    await serve(offered, port);
    return undefined;
  }
  if (isSingle) {
    const file = path.resolve(single);
    console.log(`Playground: ${shortPath(file)}, ${megabytes(await writeSingleFile(file, offered)).trim()}`);
  }
  if (target !== undefined) {
    const folder = path.resolve(target);
    const written = await writeFolder(folder, offered);
    for (const { file, bytes } of written) console.log(`${megabytes(bytes)}  ${file}`);
    const total = written.reduce((sum, { bytes }) => sum + bytes, 0);
    console.log(`${megabytes(total)}  in all`);
    console.log(`Playground: ${shortPath(path.join(folder, 'index.html'))}`);
  }
  return undefined;
});
