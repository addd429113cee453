/** Turns a request into runs, all checked before the first one starts. */
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { nameExcess } from './files';
import { type Notebook, nameOf, readNotebook, readsRuns } from './notebook';
import { readValues, type Wish } from './parameter-types';
import {
  declaredParameters,
  needParameters,
  type Parameters,
  parametersIndex,
  withParameters,
} from './parameters';
import { gridPoints, type Settings } from './settings';

/** One notebook with one set of parameters. */
export interface PlannedRun {
  /** The notebook's name, with the settings of its grid point if there are several; names the outputs. */
  readonly name: string;
  readonly file: string;
  readonly parameters: Parameters;
  /** The notebook with its parameters set. */
  readonly notebook: Notebook;
}

/** A notebook that can't be run as requested. */
export interface Refusal {
  readonly name: string;
  readonly file: string;
  readonly reason: string;
}

export type PlanEntry =
  | { readonly kind: 'run'; readonly run: PlannedRun }
  | { readonly kind: 'refusal'; readonly refusal: Refusal };

export interface PlanRequest {
  readonly files: readonly string[];
  /** Each must be a parameter of every notebook. */
  readonly settings: Settings;
  /** Set in the notebooks that have a parameter `profile`; refused if none has. */
  readonly profile?: string;
}

/**
 * The runs in order, with a refusal in place of each notebook that can't be run. Notebooks that read the runs of
 * others come last.
 */
export function planRuns({ files, settings, profile }: PlanRequest): PlanEntry[] {
  const wishes = files.map((file) => attempt(file, () => readWish(file, settings, profile)));
  const valid = wishes.filter((wish): wish is Wish => !isRefusal(wish));
  if (profile !== undefined && valid.length > 0 && valid.every((wish) => !wish.settings.has('profile'))) {
    throw new UserError(`No notebook of these has a parameter "profile", so it can't be "${profile}".`);
  }
  const answers = new Map(readValues(valid).map((answer, i) => [valid[i], answer]));
  const entries = wishes.flatMap((wish): PlanEntry[] => {
    if (isRefusal(wish)) return [{ kind: 'refusal', refusal: wish }];
    const answer = answers.get(wish) ?? new Map<string, never>();
    if (answer instanceof UserError) return [{ kind: 'refusal', refusal: refuse(wish.file, answer) }];
    return gridPoints(answer).map(({ parameters, label }) => {
      const name = [wish.name, label].filter(Boolean).join('--');
      const excess = nameExcess(name);
      if (excess > 0)
        return { kind: 'refusal', refusal: { name, file: wish.file, reason: tooLong(name, excess) } };
      const notebook = withParameters(wish.notebook, parameters, wish.name);
      return { kind: 'run', run: { name, file: wish.file, parameters, notebook } };
    });
  });
  needDistinctNames(entries);
  return [...entries.filter((entry) => !readsOthers(entry)), ...entries.filter(readsOthers)];
}

/** Whether it has to wait until all others have ended. */
export function readsOthers(entry: PlanEntry): boolean {
  return entry.kind === 'run' && readsRuns(entry.run.notebook);
}

function readWish(file: string, settings: Settings, profile: string | undefined): Wish {
  const name = nameOf(file);
  const notebook = readNotebook(file);
  needParameters(notebook, [...settings.keys()], name);
  const at = parametersIndex(notebook);
  const hasProfile = at >= 0 && declaredParameters(notebook.cells[at]).includes('profile');
  if (profile === undefined || !hasProfile) return { name, file, notebook, settings };
  return { name, file, notebook, settings: new Map([['profile', [profile]], ...settings]) };
}

function attempt<T>(file: string, action: () => T): T | Refusal {
  try {
    return action();
  } catch (error) {
    if (error instanceof UserError) return refuse(file, error);
    throw error;
  }
}

function refuse(file: string, error: UserError): Refusal {
  return { name: nameOf(file), file, reason: error.message };
}

function tooLong(name: string, excess: number): string {
  const bytes = `${excess} ${excess === 1 ? 'byte' : 'bytes'}`;
  return `The name ${name.slice(0, 40)}… is ${bytes} too long for the names of its outputs: rename the notebook, or use --set with fewer or shorter values.`;
}

function isRefusal(wish: Wish | Refusal): wish is Refusal {
  return 'reason' in wish;
}

/** Outputs are named after their runs, so two runs of the same name would overwrite each other. */
function needDistinctNames(entries: readonly PlanEntry[]): void {
  const seen = new Map<string, string>();
  for (const entry of entries) {
    if (entry.kind === 'refusal') continue;
    const { name, file } = entry.run;
    const other = seen.get(name);
    if (other !== undefined) {
      const both = other === file ? path.basename(file) : `${other} and ${file}`;
      throw new UserError(
        `Two runs of ${both} would both be written as ${name}.ipynb: run them one by one, each with its own --out.`,
      );
    }
    seen.set(name, file);
  }
}
