/** TensorFlow's wheel with CUDA, for what it says about GPUs without one: neither a card nor CUDA's libraries are needed. */
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../../lib/runtime/errors';
import { projectRoot, venvDir } from '../../lib/runtime/paths';
import { pythonEnvironment } from '../setup/command';

const python = path.join(venvDir, 'bin', 'python');

const askVersion = `
from importlib.metadata import PackageNotFoundError, version
for name in ("tensorflow", "tensorflow-cpu"):
    try:
        print(version(name))
        break
    except PackageNotFoundError:
        pass
`;

export interface CudaWheel {
  readonly version: string;
  /** The folder that holds the package: for PYTHONPATH. */
  readonly folder: string;
}

/**
 * The wheel of the same version as the TensorFlow in .venv, in .setup/gpu. The first call downloads 0.6 GB and unpacks
 * 2 GB.
 * @throws UserError without a TensorFlow in .venv, or if pip fails
 */
export function cudaWheel(): CudaWheel {
  const version = fs.existsSync(python) ? ask(['-c', askVersion]).trim() : '';
  if (version === '') throw new UserError('There is no TensorFlow in .venv: run: npm run setup');
  const folder = path.join(projectRoot, '.setup', 'gpu', `tensorflow-${version}`);
  if (fs.existsSync(folder)) return { version, folder };
  console.error(`Downloading TensorFlow ${version} with CUDA (0.6 GB, unpacked 2 GB) into .setup/gpu`);
  const unfinished = `${folder}.new`;
  fs.rmSync(unfinished, { recursive: true, force: true });
  const pip = ['-m', 'pip', 'install', '--no-deps', '--quiet', '--disable-pip-version-check'];
  const { status } = spawnSync(python, [...pip, '--target', unfinished, `tensorflow==${version}`], {
    env: pythonEnvironment(process.env),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new UserError(`pip could not install tensorflow==${version} for the reason above.`);
  fs.renameSync(unfinished, folder);
  return { version, folder };
}

/** Runs a Python program that imports the wheel's TensorFlow. @returns what it prints */
export function runWithWheel({ folder }: CudaWheel, args: readonly string[]): string {
  return ask(args, { ...pythonEnvironment(process.env), PYTHONPATH: folder });
}

function ask(args: readonly string[], env = pythonEnvironment(process.env)): string {
  return execFileSync(python, args, {
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
