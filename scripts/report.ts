/** `npm run report`: writes the report from what is stored. The work is done in lib/report. */
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { shortPath } from '../lib/notebooks/outcome';
import { writeReport } from '../lib/report';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';

const usage = `Usage: npm run report [-- options]

Writes outputs/report/index.html from the stored results of notebooks and runs: one page that opens from disk, without a
network. A batch of notebooks writes it automatically when it ends.

  --out DIR      the folder that the batch wrote to (default: outputs)
  --runs FOLDER  the folder that holds the runs (default: outputs/runs)
  --help         prints this`;

function readArguments(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = { out: text, runs: text, help: { type: 'boolean', default: false } } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${usage}`);
  }
}

runCommand(async (args) => {
  const { out, runs, help } = readArguments(args);
  if (help) {
    console.log(usage);
    return undefined;
  }
  const file = await writeReport({
    ...(out !== undefined && { outDir: path.resolve(out) }),
    ...(runs !== undefined && { runsDir: path.resolve(runs) }),
  });
  console.log(`Report: ${shortPath(file)}`);
  return undefined;
});
