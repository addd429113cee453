'use strict';
const fs = require('node:fs');
const path = require('node:path');

/** What every failure ends with: the command that goes on from here. */
const THEN_AGAIN = 'then run: npm run setup';

/** A failure told in one sentence: what was found, what is needed, and the command that helps. */
class SetupError extends Error {
  /**
   * @param {string} message the sentence
   * @param {string} [detail] the last lines of a failed program, shown above the sentence
   */
  constructor(message, detail = '') {
    super(message);
    this.name = 'SetupError';
    this.detail = detail;
  }
}

/**
 * The first file of that name on PATH that may be executed.
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
 * @typedef {object} SystemPackages what to ask each package manager for
 * @property {string} apt
 * @property {string} dnf
 * @property {string} pacman
 * @property {string} zypper
 * @property {string} apk
 * @property {string} [mac] the whole command on macOS
 */

/**
 * The command that installs a system package here, for whichever package manager this machine has.
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

module.exports = { SetupError, THEN_AGAIN, findOnPath, installCommand };
