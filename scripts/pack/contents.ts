/** What of the repository belongs in the npm package. */
import { spawnSync } from 'node:child_process';
import { UserError } from '../../lib/runtime/errors';
import { projectRoot } from '../../lib/runtime/paths';

/**
 * What a person needs who runs, reads and changes the lessons. The trained networks in outputs/published are most of it
 * (40 MB): the lessons and the playground open on them, there is no server from which they could come later, and set-up
 * downloads fifteen times as much. Tests and the tools that check the code stay in the repository.
 */
const packed: readonly string[] = [
  ...['notebooks', 'lib', 'scripts', 'vendor', 'docs', 'data', 'outputs'],
  ...['README.md', 'LICENSE', 'package.json', 'package-lock.json', 'tsconfig.json', '.npmrc', '.gitignore'],
];

/** What only the repository can do: make this package, and say what a GPU's TensorFlow has, for a test. */
const leftOut: readonly string[] = [
  'scripts/pack',
  'scripts/pack.ts',
  'scripts/gpu',
  'scripts/gpu-kernels.ts',
];

const isIn = (file: string, folder: string): boolean => file === folder || file.startsWith(`${folder}/`);

/** Files that git knows, and nothing that runs and notebooks have left beside them. */
export function packedFiles(): string[] {
  const { status, stdout, stderr } = spawnSync('git', ['ls-files', '-z'], {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new UserError(`The package is made of the files that git knows, and git says: ${stderr.trim()}`);
  }
  return stdout
    .split('\0')
    .filter((file) => packed.some((each) => isIn(file, each)) && !leftOut.some((each) => isIn(file, each)));
}
