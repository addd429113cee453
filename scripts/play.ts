/** `npm run play`: the playground. The work is done in lib/play. */
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { loadDataset } from '../lib/data/load';
import { shortPath } from '../lib/notebooks/outcome';
import { writeFolder } from '../lib/play/folder';
import { blueprintOffers, pictureOffers } from '../lib/play/pictures-offers';
import { publishedOffers } from '../lib/play/published-networks';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';

const usage = `Usage: npm run play [-- options]

  --export DIR   writes the playground into a folder, which opens from disk or any static host, without a network
  --help         prints this`;

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { export: { type: 'string' }, help: { type: 'boolean', default: false } },
    }).values;
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${usage}`);
  }
}

runCommand(async (args) => {
  const { export: target, help } = readArguments(args);
  if (help || target === undefined) {
    console.log(usage);
    return undefined;
  }
  const dataset = await loadDataset({ download: false });
  const offered = [
    ...publishedOffers(),
    ...pictureOffers(dataset, { test: 200, train: 2000 }),
    ...blueprintOffers(dataset),
  ];
  const folder = path.resolve(target);
  const written = await writeFolder(folder, offered);
  for (const { file, bytes } of written) console.log(`${(bytes / 1e6).toFixed(2).padStart(8)} MB  ${file}`);
  console.log(`Playground: ${shortPath(path.join(folder, 'index.html'))}`);
  return undefined;
});
