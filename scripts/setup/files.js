'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { SetupError, THEN_AGAIN } = require('./errors');

/**
 * @param {string} file
 * @returns {unknown} the parsed content; undefined if the file is missing or damaged
 */
function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Writes a file whole or not at all.
 * @param {string} file its folder is created if missing
 * @param {string | Buffer} content
 */
function writeWhole(file, content) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = `${file}.new`;
  fs.writeFileSync(unfinished, content);
  fs.renameSync(unfinished, file);
}

/**
 * @param {string} file
 * @param {unknown} value
 */
function writeJson(file, value) {
  writeWhole(file, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * The files below a folder, as paths relative to it; none if the folder is missing.
 * @param {string} folder
 * @returns {string[]}
 */
function listFiles(folder) {
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return [entry.name];
    return listFiles(path.join(folder, entry.name)).map((file) => path.join(entry.name, file));
  });
}

/**
 * Throws a sentence if the disk has less room than a step needs.
 * @param {string} folder an existing folder on the disk in question
 * @param {number} gigabytes
 * @param {string} what what the room is needed for
 * @param {(folder: string) => { bavail: number, bsize: number }} [statfs]
 */
function needRoom(folder, gigabytes, what, statfs = fs.statfsSync) {
  const { bavail, bsize } = statfs(folder);
  const free = (bavail * bsize) / 1e9;
  if (free >= gigabytes) return;
  throw new SetupError(
    `The disk of ${folder} has ${free.toFixed(1)} GB free, and ${what} needs ${gigabytes} GB: ` +
      `free some (npm cache clean --force and pip cache purge help), ${THEN_AGAIN}`,
  );
}

module.exports = { readJson, writeWhole, writeJson, listFiles, needRoom };
