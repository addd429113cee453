/** Where runs lie. Apart from what trains them, so that who only reads them does without TensorFlow. */
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { outputsDir } from '../runtime/paths';

/** Where runs are kept unless told: outputs/runs, or where the environment's RUNS_DIR says. */
export function runsFolder(): string {
  return process.env.RUNS_DIR ?? path.join(outputsDir, 'runs');
}

/** @throws UserError unless it can be the name of a folder */
export function runPath(name: string, folder = runsFolder()): string {
  if (/^[A-Za-z0-9][\w.+-]*$/.test(name)) return path.join(folder, name);
  throw new UserError(
    `A run cannot be called "${name}": take letters, digits and -_.+ and begin with a letter or a digit.`,
  );
}
