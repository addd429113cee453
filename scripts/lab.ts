/** `npm run lab`: JupyterLab on the collection. What follows `--` goes to JupyterLab. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';
import { projectRoot, venvDir } from '../lib/runtime/paths';

async function main(args: readonly string[]): Promise<number | undefined> {
  const jupyter = path.join(venvDir, 'bin', 'jupyter');
  if (!fs.existsSync(jupyter)) throw new UserError('There is no .venv here yet. Run `npm run setup` first.');
  const options = [
    `--ServerApp.root_dir=${projectRoot}`,
    '--LabApp.default_url=/lab/tree/notebooks/01-baseline.ipynb',
    // In a container one is root, and JupyterLab then asks for this by name.
    ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
  ];
  const lab = spawn(jupyter, ['lab', ...options, ...args], { stdio: 'inherit', cwd: projectRoot });
  // Ctrl-C reaches JupyterLab itself, which asks and then ends its kernels; this process waits for that.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => lab.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    lab.once('error', reject);
    lab.once('close', (code) => {
      resolve(code ?? 1);
    });
  });
}

runCommand(main);
