/** What a run is: run.json and network.json, written once and compared each time the run is opened again. */
import { completed } from '../recipe';
import { UserError } from '../runtime/errors';
import { extensionTo, obstacleTo } from './extension';
import type { Extension } from './history';
import { differences } from './plain-data';
import { runFormat, type Architecture, type RunFile, type RunPurpose, type RunSettings } from './run-files';
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
}

export interface DescribeOptions {
  /** Reads a file of the folder; undefined if it is missing, or damaged and to be replaced. */
  readonly read: <Which extends 'run' | 'network' | 'history'>(
    which: Which,
  ) => ReturnType<typeof readRunJson<Which>>;
  /** Empties the folder, if a run with other options may be replaced. */
  readonly clear: (() => Promise<void>) | undefined;
  readonly onNotice: (message: string) => void;
}

/**
 * Describes the run in its folder, unless it is described there already.
 * @throws UserError that lists what differs, if a run with other options is there and may not be replaced
 */
export async function describeRun(
  folder: string,
  { name, settings, architecture, purpose }: DescribedRun,
  { read, clear, onNotice }: DescribeOptions,
): Promise<Description> {
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
    const extension = clear && !possible?.asPlanned ? null : possible;
    if (different.length === 0 || extension) {
      if (!network) await writeRunJson(folder, 'network', architecture);
      const described = await withPurpose(folder, before, purpose);
      return { description: extension ? extended(described, epochs, extension) : described, extension };
    }
    if (!clear) throw otherOptions(name, different, obstacle);
    onNotice(startedAfresh(name, different));
    await clear();
  }
  await writeRunJson(folder, 'network', architecture);
  const created = new Date().toISOString();
  const content: RunFile = { format: runFormat, name, created, ...purpose, settings, sessions: [] };
  await writeRunJson(folder, 'run', content);
  return { description: content, extension: null };
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
