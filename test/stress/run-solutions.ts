/** `npm run stress:solutions`: runs every folded solution of every lesson after the lesson itself. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { nameOf, readNotebook } from '../../lib/notebooks/notebook';
import { parametersIndex } from '../../lib/notebooks/parameters';
import { runNotebook } from '../../lib/notebooks/run';
import { selectNotebooks } from '../../lib/notebooks/select';
import { runCommand } from '../../lib/runtime/command';
import { UserError } from '../../lib/runtime/errors';
import { notebooksDir } from '../../lib/runtime/paths';
import { errorOf, withSolutions } from '../notebooks/solutions';

const usage = `Usage: npm run stress:solutions [-- LESSON ... [options]]

Runs every folded solution after its lesson, on the built-in sample unless DATA_SOURCE says otherwise. Names the lesson
and the exercise of each that fails, and goes on. LESSON is the start of a notebook's name (05), a pattern or a path; without
one, all lessons run, which takes some minutes.

  --profile NAME  tiny, quick or full (default: tiny)
  --keep FOLDER   keeps the executed notebooks there
  --help          prints this`;

/** @returns a line for each solution that failed, or for the lesson if it did not come to its solutions */
async function runSolutions(
  file: string,
  folder: string,
  outDir: string,
  profile: string,
): Promise<string[]> {
  const name = nameOf(file);
  const { notebook, placed } = withSolutions(readNotebook(file));
  const copy = path.join(folder, path.basename(file));
  fs.writeFileSync(copy, JSON.stringify(notebook));
  const started = performance.now();
  const { failure, output } = await runNotebook(copy, {
    ...{ outDir, folder: notebooksDir, cellTimeout: 900, parameters: { profile } },
    // Lessons that read the runs of others find those of the lessons before them.
    environment: {
      DATA_SOURCE: process.env.DATA_SOURCE ?? 'sample',
      RUNS_DIR: path.join(folder, 'runs'),
    },
  });
  const executed = readNotebook(output);
  // The cell that sets the profile stands before all solutions.
  const shift = executed.cells.length - notebook.cells.length;
  const failures = placed.flatMap(({ exercise, cells }) => {
    const error = cells
      .map((cell) => errorOf(executed, cell + shift))
      .find((message) => message !== undefined);
    return error === undefined ? [] : [`${name}, exercise ${exercise}: ${error}`];
  });
  if (failure) failures.push(`${name}: ${failure.message}`);
  const run = placed.filter(({ cells }) => cells.length > 0).length;
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`${name}: ${run} solutions with code, ${failures.length} failures, ${seconds} s`);
  for (const line of failures) console.log(`  ${line}`);
  return failures;
}

function readArguments() {
  const options = {
    profile: { type: 'string', default: 'tiny' },
    keep: { type: 'string' },
    help: { type: 'boolean', default: false },
  } as const;
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${usage}`);
  }
}

async function main(): Promise<number> {
  const { values, positionals } = readArguments();
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'solutions-'));
  try {
    const failures: string[] = [];
    for (const file of selectNotebooks(positionals)) {
      if (parametersIndex(readNotebook(file)) === -1) throw new Error(`${file} has no profile to set`);
      const outDir = values.keep ?? path.join(folder, 'executed');
      failures.push(...(await runSolutions(file, folder, outDir, values.profile)));
    }
    console.log(failures.length === 0 ? 'Every solution ran.' : `${failures.length} failed.`);
    return failures.length === 0 ? 0 : 1;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

runCommand(async () => main());
