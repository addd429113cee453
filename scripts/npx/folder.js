'use strict';
/** The user's folder: where it is, and how it is written. */
const fs = require('node:fs');
const path = require('node:path');
const { SetupError } = require('../setup/errors');
const { readJson } = require('../setup/files');
const { keptAs } = require('./names');

/** The project's name, and that of the folder. */
const NAME = 'cifar10-tslab';

/**
 * @typedef {object} Manifest what is used of a package.json
 * @property {string} name
 * @property {string} version
 * @property {Record<string, string>} scripts
 */

/**
 * @param {string} folder
 * @returns {Manifest | undefined} undefined if the folder does not hold the project
 */
function readProject(folder) {
  const manifest = /** @type {Manifest | undefined} */ (readJson(path.join(folder, 'package.json')));
  const isProject = manifest?.name === NAME && fs.existsSync(path.join(folder, 'scripts', 'setup.js'));
  return isProject ? manifest : undefined;
}

/**
 * The project's folder: the one that holds `cwd`, so that a call from its notebooks/ works too, or else `cwd`'s own
 * `cifar10-tslab`.
 * @param {string} cwd
 * @returns {string} which need not be there yet
 */
function folderFor(cwd) {
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    if (readProject(folder)) return folder;
    if (folder === path.dirname(folder)) return path.join(cwd, NAME);
  }
}

/** @param {string} place */
function isFree(place) {
  try {
    return fs.readdirSync(place).length === 0;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT';
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * Removes what earlier calls had written when they were killed.
 * @param {string} parent
 */
function removeLeftOvers(parent) {
  for (const name of fs.readdirSync(parent)) {
    const pid = /^\.cifar10-tslab-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) fs.rmSync(path.join(parent, name), { recursive: true });
  }
}

/**
 * Writes the folder, whole or not at all: under another name first. What is there already is not touched.
 * @param {string} source the project's files as the package keeps them
 * @param {string} folder
 */
function writeProject(source, folder) {
  if (!isFree(folder)) {
    throw new SetupError(
      `${folder} holds other things, and is left as it is: call npx in another folder, or rename that one`,
    );
  }
  const parent = path.dirname(folder);
  const unfinished = path.join(parent, `.${NAME}-${process.pid}`);
  try {
    removeLeftOvers(parent);
    fs.cpSync(source, unfinished, { recursive: true });
    for (const [name, kept] of keptAs) {
      fs.renameSync(path.join(unfinished, kept), path.join(unfinished, name));
    }
    fs.renameSync(unfinished, folder);
  } catch (error) {
    fs.rmSync(unfinished, { recursive: true, force: true });
    // Another call was faster.
    if (readProject(folder)) return;
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === undefined) throw error;
    const remedy =
      code === 'ENOSPC' ? 'free about 3 GB on its disk' : 'go to a folder of your own with room for 3 GB';
    throw new SetupError(`${folder} can't be written (${code}): ${remedy}, then call npx again`);
  }
}

module.exports = { NAME, readProject, folderFor, writeProject };
