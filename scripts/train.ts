/** `npm run train`: trains networks from a terminal, here or on a cluster, and keeps each in the folder of a run. */
import type { ClusterOptions } from '../lib/cluster/options';
import { runCommand } from '../lib/runtime/command';
import { jsonWriter } from '../lib/runtime/json-file';
import { interruptOnSignals } from '../lib/runtime/signals';
import { readCommand, usage, type Command } from './train/command-line';
import { trainInTurn, type RunEnd } from './train/in-turn';

async function main(args: readonly string[]): Promise<number | undefined> {
  const command = readCommand(args);
  if (!command) {
    console.log(usage);
    return undefined;
  }
  if (command.count) {
    console.log(command.runs.length);
    return undefined;
  }
  const writeJson = jsonWriter(command.json);
  const { cluster } = command;
  const { ends, code } = await (cluster ? trainElsewhere({ ...command, cluster }) : trainHere(command));
  if (command.isGrid) {
    writeJson({ runs: ends });
    return code;
  }
  const [{ history, test } = { history: undefined, test: undefined }] = ends;
  writeJson({ history, ...(test && { test }) });
  return code;
}

interface Ended {
  readonly ends: readonly RunEnd[];
  readonly code: number | undefined;
}

async function trainHere({ runs }: Command): Promise<Ended> {
  const signals = interruptOnSignals();
  try {
    const ends = await trainInTurn(runs);
    if (ends.at(-1)?.history?.interrupted === true) {
      console.log('Run the same command again to continue from here.');
      return { ends, code: signals.exitCode() };
    }
    const failed = ends.filter(({ failure }) => failure !== undefined);
    if (failed.length === 0) return { ends, code: undefined };
    console.log(`\nNot trained to their end: ${failed.map(({ name }) => name).join(', ')}.`);
    return { ends, code: 1 };
  } finally {
    signals.release();
  }
}

async function trainElsewhere(command: Command & { cluster: ClusterOptions }): Promise<Ended> {
  // Only then: it needs Python, and the rest does not.
  const { trainOnCluster } = await import('./train/on-cluster');
  return trainOnCluster(command);
}

runCommand(main);
