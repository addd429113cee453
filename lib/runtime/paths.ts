import * as path from 'node:path';

/** The folder of the clone: everything the project reads or writes lies under it. */
export const projectRoot = path.resolve(__dirname, '..', '..');

/** Where datasets are kept; not committed. */
export const dataDir = path.join(projectRoot, 'data');

/** Where runs, executed notebooks and pages are kept; not committed. */
export const outputsDir = path.join(projectRoot, 'outputs');

/** The notebooks as committed: without outputs. */
export const notebooksDir = path.join(projectRoot, 'notebooks');

/** The project's own Python environment, made by `npm run setup`. */
export const venvDir = path.join(projectRoot, '.venv');

/** The module for `node -r` that runs TypeScript: ts-node, with a cache of what it compiled before. */
export const registerTs = path.join(__dirname, 'register-ts.js');

/** A readable path: relative to the project's folder if it lies inside. */
export function shownPath(file: string): string {
  const inside = path.relative(projectRoot, file);
  return inside.startsWith('..') ? file : inside;
}
