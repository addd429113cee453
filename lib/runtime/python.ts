/** Programs of the project's Python environment. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from './errors';
import { venvDir } from './paths';

/** @throws UserError if set-up has not been run */
export function pythonProgram(name: string): string {
  const program = path.join(venvDir, 'bin', name);
  if (!fs.existsSync(program)) throw new UserError('There is no .venv here yet. Run `npm run setup` first.');
  return program;
}
