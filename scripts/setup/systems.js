'use strict';
/** What differs between the systems that TensorFlow's wheels are linked on: Linux, and macOS (untested so far). */
const path = require('node:path');

/**
 * @typedef {object} System
 * @property {readonly string[]} suffixes endings of libraries, versioned ones first: a plain name often exists only for
 *   linking
 * @property {readonly string[]} addonFlags for the compiler
 * @property {string} origin the loader's word for the folder of the file that it loads
 * @property {((addon: string, libraries: readonly string[], ask: Ask) => Command[]) | undefined} relink the commands that make the
 *   loader look for these libraries along the run path; undefined where the linker sees to that
 */

/** @typedef {[string, ...string[]]} Command */

/** @typedef {(command: Command) => string} Ask runs a program and gives what it prints */

/** @type {System} */
const LINUX = {
  suffixes: ['.so.2', '.so'],
  addonFlags: ['-Wl,-z,initfirst'],
  origin: '$ORIGIN',
  relink: undefined,
};

/** @type {System} */
const MAC = {
  suffixes: ['.2.dylib', '.dylib'],
  addonFlags: ['-undefined', 'dynamic_lookup'],
  origin: '@loader_path',
  relink: (addon, libraries, ask) => {
    const changes = misnamed(ask(['otool', '-L', addon]), libraries).flatMap((name) => [
      '-change',
      name,
      `@rpath/${path.basename(name)}`,
    ]);
    if (changes.length === 0) return [];
    return [
      ['install_name_tool', ...changes, addon],
      // Apple silicon loads nothing unsigned, and a change breaks the signature that the linker has made.
      ['codesign', '--force', '--sign', '-', addon],
    ];
  },
};

/**
 * Libraries that a Mach-O file would look for at a fixed place. It takes their names over from the libraries themselves:
 * those of TensorFlow's wheel begin with @rpath, those of other builds with the folder that they were built in.
 * @param {string} otool what `otool -L FILE` prints: the file, then a line for each library
 * @param {readonly string[]} libraries the files in question
 */
function misnamed(otool, libraries) {
  const wanted = new Set(libraries.map((file) => path.basename(file)));
  return otool
    .split('\n')
    .flatMap((line) => /^\s+(.+) \(compatibility version /.exec(line)?.[1] ?? [])
    .filter((name) => wanted.has(path.basename(name)) && !name.startsWith('@rpath/'));
}

/** @param {NodeJS.Platform} [platform] */
function systemOf(platform = process.platform) {
  return platform === 'darwin' ? MAC : LINUX;
}

module.exports = { systemOf };
