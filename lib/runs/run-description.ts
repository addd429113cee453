/** What a run is: run.json and network.json, written once and compared each time the run is opened again. */
import { UserError } from '../runtime/errors';
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

export interface DescribeOptions {
  /** Reads a file of the folder; undefined if it is missing, or damaged and to be replaced. */
  readonly read: <Which extends 'run' | 'network'>(which: Which) => ReturnType<typeof readRunJson<Which>>;
  /** Empties the folder, if a run with other options may be replaced. */
  readonly clear: (() => Promise<void>) | undefined;
  readonly onNotice: (message: string) => void;
}

/**
 * Describes the run in its folder, unless it is described there already.
 * @returns run.json as it is on disk now
 * @throws UserError that lists what differs, if a run with other options is there and may not be replaced
 */
export async function describeRun(
  folder: string,
  { name, settings, architecture, purpose }: DescribedRun,
  { read, clear, onNotice }: DescribeOptions,
): Promise<RunFile> {
  const before = read('run');
  const network = read('network');
  if (before) {
    // Without the old description of the network, only the settings can be compared.
    const old = { ...before.settings, architecture: network ?? architecture };
    const different = differences(old, { ...settings, architecture });
    if (different.length === 0) {
      if (!network) await writeRunJson(folder, 'network', architecture);
      return withPurpose(folder, before, purpose);
    }
    if (!clear) throw otherOptions(name, different);
    onNotice(startedAfresh(name, different));
    await clear();
  }
  await writeRunJson(folder, 'network', architecture);
  const created = new Date().toISOString();
  const content: RunFile = { format: runFormat, name, created, ...purpose, settings, sessions: [] };
  await writeRunJson(folder, 'run', content);
  return content;
}

async function withPurpose(folder: string, before: RunFile, purpose: RunPurpose): Promise<RunFile> {
  const { label, study } = before;
  if (differences({ label, study }, purpose).length === 0) return before;
  const content = { ...before, ...purpose };
  await writeRunJson(folder, 'run', content);
  return content;
}

function otherOptions(name: string, different: readonly string[]): UserError {
  return new UserError(
    [
      `There is already a run "${name}" with other options:`,
      ...shown(different),
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
