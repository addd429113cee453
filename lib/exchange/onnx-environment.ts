/** The Python environment that writes ONNX: .venv's packages and, in a folder of its own within it, tf2onnx and its kind. */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { messageOf, UserError } from '../runtime/errors';
import { venvDir } from '../runtime/paths';
import { pythonProgram } from '../runtime/python';

/**
 * tf2onnx is released rarely and reaches into TensorFlow, so it stays at the version that was tried. They are kept out of
 * .venv: onnxruntime alone takes 60 MB, and none of them is needed for anything else.
 */
const requirements = ['tf2onnx==1.17.0', 'onnx>=1.18,<1.24', 'onnxruntime>=1.22,<1.33'];

/** Inside .venv, so that it is made anew with it. */
const folder = path.join(venvDir, 'onnx');

const python = path.join(folder, 'bin', 'python');

/** Written last: without it, or with another list, what is in the folder may be half an install. */
const record = path.join(folder, 'requirements.txt');

/**
 * Makes the environment on first use.
 * @returns its Python
 * @throws UserError if pip fails; the next call begins anew
 */
export async function onnxPython(onNotice: (message: string) => void): Promise<string> {
  const wanted = requirements.join('\n');
  const installed = await fs.readFile(record, 'utf8').catch(() => '');
  if (installed === wanted) return python;
  onNotice(
    'Installing tf2onnx and onnxruntime in .venv/onnx, for this and later times (about 50 MB to download).',
  );
  try {
    await run(pythonProgram('python'), '-m', 'venv', '--clear', folder);
    const [own, theirs] = await Promise.all([sitePackages(python), sitePackages(pythonProgram('python'))]);
    // Python reads folders to search from files of this kind; pip then takes what it finds there as installed.
    await fs.writeFile(path.join(own, 'project.pth'), `${theirs}\n`);
    await run(
      python,
      '-m',
      'pip',
      'install',
      '--no-input',
      '--disable-pip-version-check',
      '-q',
      ...requirements,
    );
    await fs.writeFile(record, wanted);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { stderr } = error as { stderr?: string };
    const reason = stderr?.trim().split('\n').at(-1) ?? messageOf(error);
    throw new UserError(
      `tf2onnx and onnxruntime could not be installed (${reason}). Mend that, and run the same command again.`,
      { cause: error },
    );
  }
  return python;
}

async function sitePackages(program: string): Promise<string> {
  return (await run(program, '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))')).trim();
}

async function run(program: string, ...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, args, { encoding: 'utf8' })).stdout;
}
