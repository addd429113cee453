/** `npm run report`: writes the report page from what is stored. The work is in lib/report. */
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { shortPath } from '../lib/notebooks/outcome';
import { writeReport } from '../lib/report';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';

const usage = `Usage: npm run report [-- options]

Writes outputs/report/index.html anew, one page that opens from disk without a network: what the notebooks and the runs
came to, from what is stored of them. A batch of notebooks does so by itself when it ends.

  --out DIR      the folder that the batch wrote to; outputs unless given
  --runs FOLDER  where runs are kept; outputs/runs unless told`;

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
