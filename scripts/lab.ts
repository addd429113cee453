/** `npm run lab`: JupyterLab on the collection. What follows `--` goes to JupyterLab. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';
import { projectRoot, venvDir } from '../lib/runtime/paths';
import { inForeground } from './in-foreground';

async function main(args: readonly string[]): Promise<number | undefined> {
  const jupyter = path.join(venvDir, 'bin', 'jupyter');
  if (!fs.existsSync(jupyter)) throw new UserError('There is no .venv here yet. Run `npm run setup` first.');
  const options = [
    `--ServerApp.root_dir=${projectRoot}`,
    '--LabApp.default_url=/lab/tree/notebooks/01-baseline.ipynb',
    // In a container one is root, and JupyterLab then asks for this by name.
    ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
  ];
  return inForeground(spawn(jupyter, ['lab', ...options, ...args], { stdio: 'inherit', cwd: projectRoot }));
}

runCommand(main);
