/**
 * `npm start`: runs every notebook of the collection headless and writes it, executed, with a page beside it,
 * to outputs/.
 */
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { describe, loadDataset } from '../lib/data/load';
import { exportPage, listNotebooks, runNotebook, type RunResult } from '../lib/notebooks/run';
import { StatusLine } from '../lib/notebooks/status-line';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';
import { outputsDir, projectRoot } from '../lib/runtime/paths';
import { type ProfileName, profiles } from '../lib/train/profiles';

const usage = `Usage: npm start [-- [--profile tiny|quick|full] [notebook ...]]

Runs the notebooks (all, or those whose names begin so), writes them executed to
outputs/notebooks and as pages to outputs/pages. The profile is quick unless named.`;

interface Request {
  readonly profile: ProfileName;
  readonly files: readonly string[];
}

function readArguments(args: readonly string[]): Request | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { profile: { type: 'string', default: 'quick' }, help: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  if (values.help) return undefined;
  const { profile } = values;
  if (!(profile in profiles)) {
    throw new UserError(`There is no profile "${profile}"; there are ${Object.keys(profiles).join(', ')}.`);
  }
  const all = listNotebooks();
  const matches = (file: string, start: string): boolean => path.basename(file).startsWith(start);
  for (const start of positionals) {
    if (all.some((file) => matches(file, start))) continue;
    const names = all.map((file) => path.basename(file, '.ipynb'));
    throw new UserError(`No notebook begins with "${start}"; there are ${names.join(', ')}.`);
  }
  const isWanted = (file: string): boolean =>
    positionals.length === 0 || positionals.some((start) => matches(file, start));
  return { profile: profile as ProfileName, files: all.filter(isWanted) };
}

/** Settles once which data serve, so that no notebook waits for a network that is not there. */
async function settleData(): Promise<Record<string, string>> {
  const dataset = await loadDataset();
  console.log(`Data: ${describe(dataset)}`);
  return dataset.source.kind === 'sample' ? { DATA_SOURCE: 'sample' } : {};
}

async function runOne(
  file: string,
  profile: ProfileName,
  environment: Record<string, string>,
): Promise<RunResult> {
  const name = path.basename(file, '.ipynb');
  const line = new StatusLine(process.stdout, name);
  const result = await runNotebook(file, {
    outDir: path.join(outputsDir, 'notebooks'),
    parameters: { profile },
    environment,
    onProgress: ({ cell, cells, text }) => {
      line.update(`cell ${cell + 1} of ${cells}`, text);
    },
  });
  if (result.failure === undefined) {
    line.update('writing the page', '');
    await exportPage(result.output, path.join(outputsDir, 'pages'));
  }
  line.end(result.failure === undefined ? 'passed' : `FAILED: ${result.failure.message}`);
  return result;
}

function printTable(results: readonly RunResult[]): void {
  const width = Math.max(8, ...results.map(({ name }) => name.length));
  console.log(`\n${'notebook'.padEnd(width)}  seconds  result`);
  for (const { name, seconds, failure } of results) {
    const outcome =
      failure === undefined ? 'passed' : `${failure.kind} in cell ${failure.index + 1}: ${failure.message}`;
    console.log(`${name.padEnd(width)}  ${seconds.toFixed(1).padStart(7)}  ${outcome}`);
  }
}

async function main(args: readonly string[]): Promise<number | undefined> {
  const request = readArguments(args);
  if (request === undefined) {
    console.log(usage);
    return undefined;
  }
  const environment = await settleData();
  console.log(`Profile: ${request.profile}\n`);
  const results: RunResult[] = [];
  for (const file of request.files) results.push(await runOne(file, request.profile, environment));
  printTable(results);
  const out = path.relative(projectRoot, outputsDir);
  console.log(`\nExecuted notebooks: ${out}/notebooks   pages to open in a browser: ${out}/pages`);
  console.log('Next: `npm run lab` opens them in JupyterLab, to read, change and run again.');
  return results.some(({ failure }) => failure !== undefined) ? 1 : 0;
}

runCommand(main);
