/** The command line of `npm run notebooks`. */
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { clusterOptions, clusterUsage, readClusterOptions, type ClusterOptions } from '../cluster/options';
import { UserError } from '../runtime/errors';
import { outputsDir } from '../runtime/paths';
import { selectNotebooks } from './select';
import { readSettings, type Settings } from './settings';

/** What a person asked for. */
export interface BatchRequest {
  readonly files: readonly string[];
  readonly settings: Settings;
  readonly profile: string | undefined;
  readonly outDir: string;
  /** In seconds. Defaults to no limit. */
  readonly timeout: number | undefined;
  readonly cellTimeout: number | undefined;
  /** Run the other notebooks even if some can't be run as requested. */
  readonly keepGoing: boolean;
  /** Stop at the first notebook that does not pass. */
  readonly failFast: boolean;
  readonly jobs: number;
  readonly html: boolean;
  readonly resume: boolean;
  /** Undefined to run them here. */
  readonly cluster: ClusterOptions | undefined;
  /** With a cluster: a folder for runs that all workers share; null if there is none. */
  readonly shared: string | null;
}

/** Defaults for options that the command line leaves out. */
export interface RequestDefaults {
  readonly profile?: string;
  readonly html?: boolean;
}

export const optionsHelp = `Notebooks are named by the beginning of their names (01), by a pattern ('*vgg*'), or by the path of a
notebook or a folder. If none is named, the whole collection runs.

  --profile P          tiny, quick or full: how much of the data, how many epochs
  --set KEY=VALUE      sets a parameter; several values (profile=tiny,quick) make a run of each, and
                       several such settings a run of each combination
  --out DIR            where to write: DIR/notebooks, DIR/pages (outputs by default)
  --timeout S          seconds that a notebook may take
  --cell-timeout S     seconds that a cell may take
  --keep-going         run the others even if a notebook is unreadable or lacks a parameter
  --fail-fast          stop at the first notebook that fails; by default the others are run
  --jobs N             how many run at a time (1 by default)
  --html               write each as a page that opens from disk
  --resume             leave out what is unchanged since it passed: code, parameters, lib, packages,
                       data, Node and TensorFlow, and the runs for a notebook that reads them

${clusterUsage}

Ctrl-C stops the running cells in their own time, so that training can save; a second one ends
everything at once. Exit codes: 0 all passed, 1 at least one failed, 2 none was run since the request
can't be met, 130 or 143 stopped by Ctrl-C or SIGTERM.`;

/**
 * @param args what follows the script's name
 * @returns undefined if help was asked for
 * @throws UserError for an invalid command line
 */
export function readRequest(
  args: readonly string[],
  defaults: RequestDefaults = {},
): BatchRequest | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const settings = readSettings(values.set);
  if (values.profile !== undefined && settings.has('profile')) {
    throw new UserError('The profile is named twice, by --profile and by --set.');
  }
  if (values.out === '') throw new UserError('--out is empty; expected the path of a folder.');
  if (values['keep-going'] && values['fail-fast']) {
    throw new UserError('--keep-going and --fail-fast exclude each other.');
  }
  const cluster = readClusterOptions(values);
  if (values.runs !== undefined && (!cluster || !path.isAbsolute(values.runs))) {
    throw new UserError('--runs is for --cluster, and a whole path that all workers have.');
  }
  if (cluster?.detach) {
    throw new UserError(
      '--detach is for npm run train: this command writes the records of notebooks when they are back.',
    );
  }
  return {
    files: selectNotebooks(positionals),
    settings,
    profile: values.profile ?? (settings.has('profile') ? undefined : defaults.profile),
    outDir: values.out === undefined ? outputsDir : path.resolve(values.out),
    timeout: positive('--timeout', values.timeout),
    cellTimeout: positive('--cell-timeout', values['cell-timeout']),
    keepGoing: values['keep-going'],
    failFast: values['fail-fast'],
    jobs: positive('--jobs', values.jobs, true) ?? (cluster ? mostAtATime : 1),
    html: values.html || defaults.html === true,
    resume: values.resume || cluster?.attach === true,
    cluster,
    shared: values.runs ?? null,
  };
}

/** On a cluster all notebooks are submitted; its workers decide how many run. */
const mostAtATime = 1000;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...{ profile: text, out: text, timeout: text, 'cell-timeout': text, jobs: text },
        set: { type: 'string', multiple: true, default: [] as string[] },
        ...clusterOptions,
        runs: text,
        ...{ 'keep-going': flag, 'fail-fast': flag, html: flag, resume: flag, help: flag },
      },
    });
  } catch (error) {
    // The message of parseArgs names the option and what it expects.
    throw new UserError(`${(error as Error).message}\nTo see what there is: npm run notebooks -- --help`);
  }
}

function positive(option: string, value: string | undefined, whole = false): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (number > 0 && Number.isFinite(number) && (!whole || Number.isInteger(number))) return number;
  throw new UserError(`${option} is "${value}"; expected a ${whole ? 'whole ' : ''}number above 0.`);
}
