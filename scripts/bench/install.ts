import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { benchDir, benchPackages } from '../../lib/bench';
import { UserError } from '../../lib/runtime/errors';
import { shownPath, venvDir } from '../../lib/runtime/paths';

/**
 * Installs the packages of the contenders that are no part of the project, in a folder of their own.
 * @throws UserError if a command fails; the next call continues
 */
export async function installContenders(): Promise<void> {
  fs.mkdirSync(benchDir, { recursive: true });
  const python = path.join(benchDir, 'bin', 'python');
  const manifest = path.join(benchDir, 'package.json');
  // Without one, npm would install into the project.
  if (!fs.existsSync(manifest)) fs.writeFileSync(manifest, '{ "private": true }\n');
  await run(path.join(venvDir, 'bin', 'python'), '-m', 'venv', benchDir);
  await run(python, '-m', 'pip', 'install', '--disable-pip-version-check', ...benchPackages.pip);
  await run(
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--prefix',
    benchDir,
    ...benchPackages.npm,
  );
  console.log(`\nInstalled in ${shownPath(benchDir)}. To time everything, run: npm run bench`);
}

function run(program: string, ...args: readonly string[]): Promise<void> {
  console.log(`\n> ${[program, ...args].map(shownPath).join(' ')}`);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    child.on('error', (error) => {
      reject(new UserError(`${shownPath(program)} does not start: ${error.message}`));
    });
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        reject(new UserError(`${shownPath(program)} ended with code ${code}: what it says above tells why.`));
    });
  });
}
