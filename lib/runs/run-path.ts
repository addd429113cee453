/** Where runs are stored. Apart from training, so that what only reads runs does not load TensorFlow. */
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { outputsDir } from '../runtime/paths';

/** The longest name of a folder that Linux's file systems take. */
const longestName = 255;

/** The folder that holds the runs: the environment's RUNS_DIR if set, otherwise outputs/runs. */
export function runsFolder(): string {
  return process.env.RUNS_DIR ?? path.join(outputsDir, 'runs');
}

/** @throws UserError if the name cannot be that of a folder */
export function runPath(name: string, folder = runsFolder()): string {
  if (!/^[A-Za-z0-9][\w.+-]*$/.test(name)) {
    throw new UserError(
      `A run cannot be called "${name}": use letters, digits and -_.+ and start with a letter or a digit.`,
    );
  }
  if (name.length > longestName) {
    throw new UserError(
      `The run's name "${name.slice(0, 40)}…" has ${name.length} characters; use at most ${longestName}.`,
    );
  }
  return path.join(folder, name);
}
