/** `npm run results`: prints the results of the runs, from their folders. */
import { parseArgs } from 'node:util';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';
import { resultsTable } from '../lib/show/results';
import { tableText } from '../lib/show/table';
import { readRuns, results, type RunRecord } from '../lib/runs';
import { readRecords } from '../lib/published/record-file';
import { publishedResults } from '../lib/published/results';
import { publishedTable } from '../lib/show/published';

const usage = `Usage: npm run results [-- options]

Prints a table of the finished runs, with accuracies as mean ± standard deviation over runs that differ only in their
seed, and below it a list of the runs that are not finished.

  --published    the committed results of this project instead, from their records in outputs/published alone
  --runs FOLDER  the folder that holds the runs (default: outputs/runs)
  --json         prints the table as JSON
  --help         prints this`;

function readArguments(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        published: { type: 'boolean', default: false },
        runs: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${usage}`);
  }
}

function unfinished({ name, status, failure, history, recipe }: RunRecord): string {
  const epochs = `${history?.epochs.length ?? 0} of ${recipe.epochs} epochs`;
  return `${name}: ${status} after ${epochs}${failure === null ? '' : `. ${failure}`}`;
}

function printPublished(asJson: boolean): void {
  const rows = publishedResults(readRecords());
  if (asJson) console.log(JSON.stringify(rows, null, 2));
  else if (rows.length > 0) console.log(tableText(publishedTable(rows)));
  else console.log('Nothing is published so far. `npm run published -- add RUN` publishes a run.');
}

async function main(args: readonly string[]): Promise<undefined> {
  const { published, runs: folder, json, help } = readArguments(args);
  if (help) {
    console.log(usage);
    return undefined;
  }
  if (published) {
    printPublished(json);
    return undefined;
  }
  const runs = await readRuns(folder === undefined ? {} : { folder });
  const rows = results(runs);
  if (json) {
    console.log(JSON.stringify(rows, null, 2));
    return undefined;
  }
  if (rows.length > 0) console.log(tableText(resultsTable(rows)));
  else console.log('No run has finished yet. `npm run train -- NETWORK` starts one.');
  const others = runs.filter(({ status }) => status !== 'finished');
  if (others.length > 0) console.log(`\n${others.map(unfinished).join('\n')}`);
  return undefined;
}

runCommand(main);
