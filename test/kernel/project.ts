/** A small project for kernels to run in: the real kernel, packages and settings, and a `lib` of the test's own. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { KernelClient } from './client';

const root = path.resolve(__dirname, '..', '..');

/**
 * Makes one in a new temporary folder, which the caller removes.
 * @param names of the project's folder and, in it, of the notebooks' folder
 */
export function makeProject(names: { project?: string; folder?: string } = {}): {
  project: string;
  folder: string;
} {
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'kernel-project-'));
  const project = path.join(temporary, names.project ?? 'project');
  const folder = path.join(project, names.folder ?? 'notebooks');
  fs.mkdirSync(folder, { recursive: true });
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(project, 'node_modules'));
  fs.copyFileSync(path.join(root, 'tsconfig.json'), path.join(project, 'tsconfig.json'));
  // The kernel takes the project from its own place: a copy makes this folder one.
  fs.mkdirSync(path.join(project, 'lib'));
  for (const part of ['kernel', 'runtime']) {
    fs.cpSync(path.join(root, 'lib', part), path.join(project, 'lib', part), { recursive: true });
  }
  return { project, folder };
}

/** Removes it, with the temporary folder that it lies in. */
export function removeProject(project: string): void {
  fs.rmSync(path.dirname(project), { recursive: true, force: true });
}

export interface ProjectKernel {
  readonly kernel: KernelClient;
  readonly project: string;
  /** Stops the kernel, and removes the project. */
  readonly stop: () => Promise<void>;
}

/** Starts this project's kernel in a small project of its own; see `makeProject`. */
export async function startInProject(names?: Parameters<typeof makeProject>[0]): Promise<ProjectKernel> {
  const { project, folder } = makeProject(names);
  const kernel = await KernelClient.start('ours', folder, project);
  return {
    kernel,
    project,
    async stop() {
      await kernel.stop();
      removeProject(project);
    },
  };
}
