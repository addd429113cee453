/** `npm run pack`: the npm package by which the collection is tried without a clone. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { commitOf } from '../lib/runtime/commit';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';
import { projectRoot, shownPath } from '../lib/runtime/paths';
import { makePackage } from './pack/pack';

const usage = `Usage: npm run pack [-- --out FOLDER]

Makes cifar10-tslab-VERSION.tgz in FOLDER (default: the current one). \`npx ./cifar10-tslab-VERSION.tgz lab\` then opens the
lessons on any machine with Node and Python. It holds the files that git knows, as they are now.`;

function main(args: readonly string[]): Promise<undefined> {
  const { out, help } = readArguments(args);
  if (help) {
    console.log(usage);
    return Promise.resolve(undefined);
  }
  if (!fs.existsSync(out)) throw new UserError(`There is no folder ${out} for the package: make it first.`);
  const { file, size, unpackedSize, files } = makePackage(out);
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(
    `${shownPath(file)}: ${files.length} files of ${commitOf(projectRoot)}, ${megabytes(size)} (unpacked ` +
      `${megabytes(unpackedSize)}). To try it, run in another folder: npx --package=${path.resolve(file)} cifar10-tslab lab`,
  );
  return Promise.resolve(undefined);
}

function readArguments(args: readonly string[]) {
  try {
    const options = {
      out: { type: 'string', default: process.cwd() },
      help: { type: 'boolean', default: false },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${usage}`);
  }
}

runCommand(async (args) => main(args));
