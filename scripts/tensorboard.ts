/** `npm run tensorboard`: TensorBoard on all runs that have event files. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { runFiles } from '../lib/runs/run-files';
import { runsFolder } from '../lib/runs/run-path';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';
import { shownPath, venvDir } from '../lib/runtime/paths';
import { inForeground } from './in-foreground';
import { pythonEnvironment } from './setup/command';

const usage = `Usage: npm run tensorboard [-- options]

Opens TensorBoard on the runs that were trained with --tensorboard, or in a notebook with callbacks: [tensorBoard()],
until Ctrl+C. Runs that are training, or begin later, are shown as well.

  --runs FOLDER     the folder that holds the runs (default: outputs/runs)
  --port N          serves on this port (default: 6006, or the next one that is free)
  --host NAME       serves to other machines as well: 0.0.0.0 for all of them (default: localhost)
  --help            prints this`;

function readArguments(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const help = { type: 'boolean', default: false } as const;
    return parseArgs({ args: [...args], options: { runs: text, port: text, host: text, help } }).values;
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${usage}`);
  }
}

async function main(args: readonly string[]): Promise<number | undefined> {
  const { runs = runsFolder(), port, host = 'localhost', help } = readArguments(args);
  if (help) {
    console.log(usage);
    return undefined;
  }
  const folder = path.resolve(runs);
  needPort(port);
  needEvents(folder);
  return show([...['--logdir', folder, '--host', host], ...(port === undefined ? [] : ['--port', port])]);
}

function needPort(port: string | undefined): void {
  const number = Number(port ?? 0);
  if (Number.isInteger(number) && number >= 0 && number <= 65535) return;
  throw new UserError(`--port is "${port ?? ''}", but has to be a whole number from 0 to 65535.`);
}

/** TensorBoard would open, and say that no dashboards are active. */
function needEvents(folder: string): void {
  if (fs.existsSync(folder) && !fs.statSync(folder).isDirectory()) {
    throw new UserError(`${shownPath(folder)} is a file, not a folder of runs.`);
  }
  const files = fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true }) : [];
  if (files.some((file) => path.basename(String(file)).startsWith(runFiles.eventsPrefix))) return;
  throw new UserError(
    `There is nothing to show yet: no run in ${shownPath(folder)} has event files. Train one with ` +
      '`npm run train -- lenet5 --tensorboard`, or in a notebook with `callbacks: [tensorBoard()]`.',
  );
}

function show(options: readonly string[]): Promise<number> {
  const program = path.join(venvDir, 'bin', 'tensorboard');
  if (!fs.existsSync(program)) {
    throw new UserError('TensorBoard is not in .venv yet. Run `npm run setup` first.');
  }
  const server = spawn(program, options, {
    stdio: 'inherit',
    // TensorFlow computes nothing here, so its notes on oneDNN and missing cards would only be in the way.
    env: { TF_CPP_MIN_LOG_LEVEL: '3', ...pythonEnvironment(process.env), TF_ENABLE_ONEDNN_OPTS: '0' },
  });
  return inForeground(server);
}

runCommand(main);
