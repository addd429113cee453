/** What the result of a run depends on. As long as none of it changes, the run need not be repeated. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { projectRoot } from '../runtime/paths';
import { readRunFile, UnreadableError } from '../runs/run-file';
import { runFiles } from '../runs/run-files';
import { runsFolder } from '../runs/run-path';
import { addFiles, hashText } from './files';
import { type NotebookCell, readsRuns, sourceOf } from './notebook';
import { isInjected } from './parameters';
import type { PlannedRun } from './plan';
import type { Surroundings } from './surroundings';

export interface Fingerprint {
  /** Hash of the code cells; text cells don't matter. */
  readonly code: string;
  readonly parameters: string;
  /** Hash of everything cells can import: lib, the package versions, and modules beside the notebook. */
  readonly lib: string;
  /** Hash of the images and labels in use, wherever they are stored. */
  readonly data: string;
  readonly node: string;
  readonly tensorflow: string;
  /** Hash of the results of all training runs, for a notebook that reads them. */
  readonly runs?: string;
}

const MODULE = /\.(?:[cm]?[jt]s|json|py)$/;

export function fingerprintOf(run: PlannedRun, surroundings: Surroundings): Fingerprint {
  const { notebook, parameters, file } = run;
  // The injected cell follows from the parameters. Without parameters, it came with the notebook and counts as code.
  const isOfParameters = (cell: NotebookCell): boolean =>
    isInjected(cell) && Object.keys(parameters).length > 0;
  const code = notebook.cells.filter((cell) => cell.cell_type === 'code' && !isOfParameters(cell));
  return {
    code: hashText(JSON.stringify(code.map((cell) => [sourceOf(cell), cell.metadata.tags ?? []]))),
    parameters: JSON.stringify(Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1))),
    lib: libDigest(path.dirname(file)),
    data: surroundings.data.digest,
    node: surroundings.node,
    tensorflow: surroundings.tensorflow,
    ...(readsRuns(notebook) && { runs: runsDigest() }),
  };
}

/** Hash of the files with the results of runs. Files may come and go, since other processes may be training. */
function runsDigest(folder = runsFolder()): string {
  const hash = createHash('sha256');
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
  for (const name of names) {
    for (const file of [runFiles.run, runFiles.history, runFiles.test]) {
      const content = contentOf(path.join(folder, name, file));
      if (content !== undefined) hash.update(`${name}/${file}\n${content.length}\n`).update(content);
    }
  }
  return hash.digest('hex');
}

function contentOf(file: string): Buffer | undefined {
  try {
    return readRunFile(file);
  } catch (error) {
    // The report names such a file; a batch need not fail because of it.
    if (error instanceof UnreadableError) return Buffer.from(error.message);
    throw error;
  }
}

function libDigest(notebookFolder: string): string {
  const hash = createHash('sha256');
  addFiles(hash, projectRoot, modulesBelow(path.join(projectRoot, 'lib')));
  addFiles(
    hash,
    projectRoot,
    ['package-lock.json', 'tsconfig.json'].map((name) => path.join(projectRoot, name)),
  );
  const beside = fs.readdirSync(notebookFolder, { withFileTypes: true });
  const modules = beside.filter((entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name));
  addFiles(hash, notebookFolder, modules.map(({ name }) => path.join(notebookFolder, name)).sort());
  return hash.digest('hex');
}

function modulesBelow(folder: string): string[] {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => MODULE.test(name))
    .map((name) => path.join(folder, name))
    .sort();
}
