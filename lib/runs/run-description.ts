/** What a run is: run.json and network.json, written once and compared each time the run is opened again. */
import { completed } from '../recipe';
import { UserError } from '../runtime/errors';
import { extensionTo, obstacleTo } from './extension';
import type { Extension } from './history';
import { differences } from './plain-data';
import {
  runFormat,
  type Architecture,
  type HistoryFile,
  type RunFile,
  type RunPurpose,
  type RunSettings,
} from './run-files';
import { writeRunJson, type readRunJson } from './run-json';

export interface DescribedRun {
  readonly name: string;
  readonly settings: RunSettings;
  /** In names that last. */
  readonly architecture: Architecture;
  /** May change from one session to the next. */
  readonly purpose: RunPurpose;
}

export interface Description {
  /** run.json as it is on disk, or for a run that is given more epochs, as it is to be once it is trained on. */
  readonly description: RunFile;
  /** More epochs that the run is given now. */
  readonly extension: Extension | null;
  /** Whether the folder has this description. If not, what else is in it belongs to the run, or to one that it replaces. */
  readonly standing: 'described' | 'undescribed' | 'replaces';
}

export interface DescribeOptions {
  /** Reads a file of the folder; undefined if it is missing, or damaged and to be replaced. */
  readonly read: <Which extends 'run' | 'network' | 'history'>(
    which: Which,
  ) => ReturnType<typeof readRunJson<Which>>;
  /** Whether it takes the place of a run that is there: of one with other options, of any, or of none. */
  readonly replaces: 'others' | 'any' | 'none';
  readonly onNotice: (message: string) => void;
}

/**
 * What the run in the folder is. Nothing of it is replaced yet: see `writeDescription`.
 * @throws UserError that lists what differs, if a run with other options is there and may not be replaced
 */
export async function describeRun(
  folder: string,
  { name, settings, architecture, purpose }: DescribedRun,
  { read, replaces, onNotice }: DescribeOptions,
): Promise<Description> {
  const created = new Date().toISOString();
  const content: RunFile = { format: runFormat, name, created, ...purpose, settings, sessions: [] };
  const replacing: Description = { description: content, extension: null, standing: 'replaces' };
  if (replaces === 'any') return replacing;
  const before = read('run');
  const network = read('network');
  if (before) {
    const stored = { ...before.settings, recipe: completed(before.settings.recipe) };
    // Without the old description of the network, only the settings can be compared.
    const old = { ...stored, architecture: network ?? architecture };
    const different = differences(old, { ...settings, architecture });
    const { epochs } = settings.recipe;
    const onlyEpochs = different.length === 1 && stored.recipe.epochs !== epochs;
    const obstacle = onlyEpochs ? obstacleTo(epochs, stored.recipe, read('history')) : null;
    const possible = onlyEpochs && obstacle === null ? extensionTo(epochs, stored.recipe) : null;
    const extension = replaces === 'others' && !possible?.asPlanned ? null : possible;
    if (different.length === 0 || extension) {
      if (!network) await writeRunJson(folder, 'network', architecture);
      const described = await withPurpose(folder, before, purpose);
      const description = extension ? extended(described, epochs, extension) : described;
      return { description, extension, standing: 'described' };
    }
    if (replaces === 'none') throw otherOptions(name, different, obstacle);
    onNotice(startedAfresh(name, different));
    return replacing;
  }
  const extensions = extensionsIn(read('history'), settings);
  const description = { ...content, ...(extensions.length > 0 && { extensions }) };
  return { description, extension: null, standing: 'undescribed' };
}

/** The description goes last: a folder without it is no run yet. */
export async function writeDescription(
  folder: string,
  architecture: Architecture,
  description: RunFile,
): Promise<void> {
  await writeRunJson(folder, 'network', architecture);
  await writeRunJson(folder, 'run', description);
}

/** What a run whose run.json is lost was given in addition to the epochs it began with; checkpoints are told by these. */
function extensionsIn(history: HistoryFile | undefined, { recipe }: RunSettings): readonly Extension[] {
  if (!history || differences({ recipe: completed(history.recipe) }, { recipe }).length > 0) return [];
  return history.extensions ?? [];
}

async function withPurpose(folder: string, before: RunFile, purpose: RunPurpose): Promise<RunFile> {
  const { label, study } = before;
  if (differences({ label, study }, purpose).length === 0) return before;
  const content = { ...before, ...purpose };
  await writeRunJson(folder, 'run', content);
  return content;
}

function extended(before: RunFile, epochs: number, extension: Extension): RunFile {
  const recipe = { ...before.settings.recipe, epochs };
  const extensions = [...(before.extensions ?? []), extension];
  return { ...before, settings: { ...before.settings, recipe }, extensions };
}

/**
 * What identifies the run, whose checkpoints bear its fingerprint: as it was when it began, before it was given more
 * epochs.
 */
export function identityOf({ settings, extensions = [] }: RunFile): RunSettings {
  if (extensions.length === 0) return settings;
  return { ...settings, recipe: { ...settings.recipe, epochs: extensions[0].from } };
}

/** @param obstacle if more epochs are the difference: why it cannot have them */
function otherOptions(name: string, different: readonly string[], obstacle: string | null): UserError {
  return new UserError(
    [
      `There is already a run "${name}" with other options:`,
      ...shown(different),
      ...(obstacle === null ? [] : [obstacle]),
      'Choose another name, or start it afresh with resume: false (in a terminal --fresh), which deletes the old run.',
    ].join('\n'),
  );
}

function startedAfresh(name: string, different: readonly string[]): string {
  return [`The run "${name}" had other options, and starts afresh:`, ...shown(different)].join('\n');
}

const shownDifferences = 12;

function shown(different: readonly string[]): string[] {
  const more = different.length - shownDifferences;
  return [
    ...different.slice(0, shownDifferences).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
