/** The command line of `npm run train`: one run, or a grid, here or on a cluster. */
import { parseArgs } from 'node:util';
import {
  clusterOptions,
  clusterUsage,
  readClusterOptions,
  type ClusterOptions,
} from '../../lib/cluster/options';
import { viewsNames } from '../../lib/evaluate';
import { networks } from '../../lib/models';
import { recipeNames } from '../../lib/recipe';
import { UserError } from '../../lib/runtime/errors';
import { engines, gridSettings, readArguments, runOptions, type Request } from './arguments';
import { expandGrid, gridOptions, gridUsage } from './grid';
import { recipeUsage } from './settings';
import { names, number } from './values';

export const usage = `Usage: npm run train -- NETWORK [options]

Trains a network (${names(networks)}) in the folder outputs/runs/NAME,
then measures it on the test set. If training was interrupted, the same command continues where it stopped. Ctrl-C stops
after the current step and saves; pressed a second time, it stops at once.

  --recipe NAME         ${recipeNames.join(', ')} (default: seed)
  --epochs N            passes over the training images (default: those of the recipe); with --name, more than a run has
                        had continue it
  --seed N              fixes the initial weights and all other random numbers (default: 1)
  --engine NAME         ${names(engines)} (default: graph)
  --data SOURCE         auto, cifar10, sample or a folder of images (default: DATA_SOURCE if set, otherwise auto)
  --limit N             uses only N training images, the same number of each class
  --test-limit N        uses only N test images, the same number of each class
  --name NAME           name of the run (default: network, recipe, changed settings and seed)
  --resume              continues the run of that name, and fails if there is none
  --fresh               deletes the run of that name and starts again
  --json FILE           also writes the history and the test result to FILE; for a grid, those of all its runs
  --help                prints this

${gridUsage}

${clusterUsage}

To change one setting of the recipe or the network:
${recipeUsage}
  --activation NAME     activation of the network's layers
  --initialiser NAME    glorot or he: how kernels start; he is for kernels that feed a ReLU (default: glorot)
  --dropout X           dropout rate of the network
  --width X             multiplies the network's channels and units

Validation and storage:
  --validation WHAT     a fraction of the training images such as 0.1, test for the test set, or none (default: 0.1,
                        or what the recipe says)
  --validate-every N    validates every N epochs (default: 1)
  --early-stopping N    stops after N validations without a lower loss
  --precise-statistics N  re-estimates batch normalisation's statistics from N batches before each validation
  --views NAME          versions of each test image, in addition to the image alone, whose outputs are averaged:
                        ${viewsNames.join(', ')} (default: single;
                        mirrorAndShifts for the recipes of the speed-run)
  --keep WHICH          which weights to test: those of the last or the best epoch (default: last)
  --save-every SECONDS  saves that often, in addition to after every epoch (default: 120)
  --weights-text        also writes the weights to weights.txt
  --tensorboard         also writes event files, which \`npm run tensorboard\` opens: curves, histograms of weights,
                        confusion matrices, the graph, hyperparameters
  --runs FOLDER         the folder that holds the runs (default: outputs/runs)`;

/** A run as it is asked for. */
export interface AskedRun {
  /** The command line of this run alone, without `npm run train --`. */
  readonly args: readonly string[];
  readonly request: Request;
}

export interface Command {
  readonly runs: readonly AskedRun[];
  /** Whether more than one run was asked for, though `--part` may have left one of them. */
  readonly isGrid: boolean;
  /** Only print how many runs there are. */
  readonly count: boolean;
  readonly json: string | undefined;
  /** Undefined to train here. */
  readonly cluster: ClusterOptions | undefined;
}

const commandOptions = {
  json: { type: 'string' },
  part: { type: 'string' },
  count: { type: 'boolean', default: false },
  ...gridOptions,
  ...clusterOptions,
} as const;

/**
 * @returns undefined if help was asked for
 * @throws UserError for an invalid command line
 */
export function readCommand(args: readonly string[]): Command | undefined {
  const { values, tokens } = parse(args);
  if (values.help) return undefined;
  const all = expandGrid(withoutOptions(args, tokens), runOptions, gridSettings);
  const isGrid = all.length > 1;
  if (isGrid && values.name !== undefined) {
    throw new UserError('--name is for one run; the runs of a grid are named by their settings.');
  }
  const asked = part(all, values.part).map((each) => ({ args: each, request: readArguments(each) }));
  needDistinctNames(asked);
  const cluster = readClusterOptions(values);
  return { runs: asked, isGrid, count: values.count, json: values.json, cluster };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...runOptions, ...commandOptions },
      allowPositionals: true,
      tokens: true,
    });
  } catch (error) {
    // The message of parseArgs names the option and what it expects.
    throw new UserError(`${(error as Error).message}\nTo see what there is: npm run train -- --help`);
  }
}

/** The command line without what is said about all runs together. */
function withoutOptions(args: readonly string[], tokens: ReturnType<typeof parse>['tokens']): string[] {
  const gone = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== 'option' || !(token.name in commandOptions) || isOfGrid(token.name)) continue;
    gone.add(token.index);
    if (token.value !== undefined && !token.inlineValue) gone.add(token.index + 1);
  }
  return args.filter((_, i) => !gone.has(i));
}

const isOfGrid = (name: string): boolean => name in gridOptions;

function part<T>(all: readonly T[], text: string | undefined): readonly T[] {
  const index = number('--part', text);
  if (index === undefined) return all;
  if (Number.isInteger(index) && index >= 1 && index <= all.length) return [all[index - 1]];
  throw new UserError(
    `--part is ${text}, but has to be a whole number from 1 to ${all.length}, the number of runs.`,
  );
}

function needDistinctNames(runs: readonly AskedRun[]): void {
  const seen = new Set<string>();
  for (const { request } of runs) {
    const { name } = request.run;
    if (seen.has(name)) throw new UserError(`Two runs of the grid would both be called "${name}".`);
    seen.add(name);
  }
}
