/** `npm run cluster-keys`: makes the keys of a cluster's connections. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { makeKeys } from '../../lib/cluster/keys';
import { keysFolder } from '../../lib/cluster/options';
import { runCommand } from '../../lib/runtime/command';
import { UserError } from '../../lib/runtime/errors';
import { shownPath } from '../../lib/runtime/paths';

const usage = `Usage: npm run cluster-keys [-- FOLDER]

Makes the keys by which the machines of a cluster know each other, in FOLDER (default: ${shownPath(keysFolder)}). Copy the
folder to all of them over a safe way, such as scp. Whoever has it can run programs on every worker. The keys are valid
for ten years; to replace them, remove the folder and make it again.`;

const years = 10;

function main(args: readonly string[]): Promise<undefined> {
  const options = { help: { type: 'boolean', default: false } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  if (values.help || positionals.length > 1) {
    console.log(usage);
    return Promise.resolve(undefined);
  }
  const folder = path.resolve(positionals[0] ?? keysFolder);
  if (fs.existsSync(folder)) {
    throw new UserError(
      `${shownPath(folder)} is there already. Machines that have its keys would no longer be known by others: ` +
        'remove it first if that is what you want.',
    );
  }
  makeKeys(folder, years);
  console.log(`The keys are in ${shownPath(folder)}. Copy that folder to every machine of the cluster.`);
  return Promise.resolve(undefined);
}

runCommand(async (args) => main(args));
