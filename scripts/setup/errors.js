'use strict';
const fs = require('node:fs');
const path = require('node:path');

/** The end of every failure message: the command that continues from here. */
const THEN_AGAIN = 'then run: npm run setup';

/** A failure as one sentence: what was found, what is needed, and the command that helps. */
class SetupError extends Error {
  /**
   * @param {string} message the sentence
   * @param {string} [detail] the last lines of a failed program's output, shown above the sentence
   */
  constructor(message, detail = '') {
    super(message);
    this.name = 'SetupError';
    this.detail = detail;
  }
}

/**
 * The first executable file of that name on PATH.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 */
function findOnPath(name, env) {
  for (const folder of (env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, name);
    try {
      fs.accessSync(file, fs.constants.X_OK);
      if (fs.statSync(file).isFile()) return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/**
 * @typedef {object} SystemPackages the name of a package for each package manager
 * @property {string} apt
 * @property {string} dnf
 * @property {string} pacman
 * @property {string} zypper
 * @property {string} apk
 * @property {string} [mac] the whole command on macOS
 */

/**
 * The command that installs a system package with this machine's package manager.
 * @param {SystemPackages} packages
 * @param {NodeJS.ProcessEnv} env
 */
function installCommand(packages, env) {
  if (process.platform === 'darwin' && packages.mac !== undefined) return packages.mac;
  if (findOnPath('apt-get', env)) return `sudo apt-get install ${packages.apt}`;
  if (findOnPath('dnf', env)) return `sudo dnf install ${packages.dnf}`;
  if (findOnPath('pacman', env)) return `sudo pacman -S ${packages.pacman}`;
  if (findOnPath('zypper', env)) return `sudo zypper install ${packages.zypper}`;
  if (findOnPath('apk', env)) return `sudo apk add ${packages.apk}`;
  return `your system's package manager (the package is called ${packages.apt} on Debian)`;
}

/** How systems report a place that may not be written. */
const REFUSALS = /\b(EACCES|EPERM|EROFS)\b|Errno (13|1|30)\b/;

/**
 * A failed write, as a sentence.
 * @param {string} root the clone's folder
 * @param {string} code the system's name for it: EACCES, EPERM, EROFS
 * @param {string} place
 * @param {string} [detail]
 */
function unwritable(root, code, place, detail = '') {
  const isReadOnly = code === 'EROFS';
  const why = isReadOnly ? 'its file system is read-only' : 'you have no permission';
  const inside = !path.relative(root, path.resolve(root, place)).startsWith('..');
  // Outside the clone, only npm writes: into its cache.
  const remedy = !inside
    ? 'name a folder for npm’s cache with export npm_config_cache=<folder>'
    : isReadOnly
      ? 'put the clone on another disk'
      : `get it back with sudo chown -R "$(id -un)" ${root}, or make a clone in a folder of your own`;
  return new SetupError(
    `${place} can't be written, since ${why} (${code}): ${remedy}, ${THEN_AGAIN}`,
    detail,
  );
}

/**
 * Looks in the output of npm, pip or Python for a place that may not be written.
 * @param {string} root
 * @param {string} output
 * @returns {SetupError | undefined}
 */
function unwritableIn(root, output) {
  const refusal = REFUSALS.exec(output);
  const place = /^npm error path (.+)$/m.exec(output) ?? /Errno \d+\b[^\n]*?: '([^'\n]+)'/.exec(output);
  if (!refusal || !place) return undefined;
  /** @type {Record<string, string>} */
  const codes = { 13: 'EACCES', 1: 'EPERM', 30: 'EROFS' };
  return unwritable(root, refusal[1] || codes[refusal[2]], place[1]);
}

/**
 * An error of the file system as a sentence; anything else as it is.
 * @param {string} root
 * @param {unknown} error
 */
function asSentence(root, error) {
  if (!(error instanceof Error) || error instanceof SetupError) return error;
  const { code = '', path: place } = /** @type {NodeJS.ErrnoException} */ (error);
  if (code === 'ENOSPC') return new SetupError(`The disk is full: free about 3 GB, ${THEN_AGAIN}`);
  return place !== undefined && REFUSALS.test(code) ? unwritable(root, code, place) : error;
}

module.exports = { asSentence, unwritableIn, SetupError, THEN_AGAIN, findOnPath, installCommand };
