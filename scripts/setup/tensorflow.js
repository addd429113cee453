'use strict';
/** Finds the TensorFlow that Node is linked to. */
const fs = require('node:fs');
const path = require('node:path');
const { SetupError, THEN_AGAIN } = require('./errors');
const { systemOf } = require('./systems');

/**
 * @typedef {object} TensorFlow
 * @property {string} include the folder of its headers
 * @property {string[]} libraries the files to link
 * @property {string[]} folders where the loader has to look for them at run time
 */

/**
 * @param {string} folder
 * @param {readonly string[]} names without their suffix
 * @returns {string | undefined}
 */
function findLibrary(folder, names) {
  return names
    .flatMap((name) => systemOf().suffixes.map((suffix) => path.join(folder, name + suffix)))
    .find((file) => fs.existsSync(file));
}

/**
 * The folders that hold a library: where it lies, and where a link to it leads. Its own dependencies, such as
 * those of CUDA, are found relative to its true place.
 * @param {readonly string[]} libraries
 */
function foldersOf(libraries) {
  return [...new Set(libraries.flatMap((file) => [path.dirname(fs.realpathSync(file)), path.dirname(file)]))];
}

/**
 * The TensorFlow of the wheel in .venv.
 * @param {string} root
 * @returns {TensorFlow | undefined} undefined if there is none
 */
function wheelTensorFlow(root) {
  const lib = path.join(root, '.venv', 'lib');
  if (!fs.existsSync(lib)) return undefined;
  for (const python of fs.readdirSync(lib).filter((entry) => entry.startsWith('python3'))) {
    const folder = path.join(lib, python, 'site-packages', 'tensorflow');
    const main = findLibrary(folder, ['libtensorflow_cc']);
    const framework = findLibrary(folder, ['libtensorflow_framework']);
    const include = path.join(folder, 'include');
    if (!main || !framework || !fs.existsSync(include)) continue;
    return { include, libraries: [main, framework], folders: [fs.realpathSync(folder)] };
  }
  return undefined;
}

/**
 * The libtensorflow that the user named.
 * @param {string} folder
 * @returns {TensorFlow}
 */
function namedTensorFlow(folder) {
  const include = path.join(folder, 'include');
  const main = findLibrary(path.join(folder, 'lib'), ['libtensorflow', 'libtensorflow_cc']);
  const framework = findLibrary(path.join(folder, 'lib'), ['libtensorflow_framework']);
  const header = path.join(include, 'tensorflow', 'c', 'c_api.h');
  if (main && framework && fs.existsSync(header)) {
    const libraries = [main, framework];
    return { include, libraries, folders: foldersOf(libraries) };
  }
  const missing = !main
    ? 'lib/libtensorflow.so'
    : !framework
      ? 'lib/libtensorflow_framework.so'
      : 'include/tensorflow/c/c_api.h';
  throw new SetupError(
    `TFJS_LIBTENSORFLOW is ${folder}, and ${missing} is not in it: name the folder of an unpacked libtensorflow ` +
      `(https://www.tensorflow.org/install/lang_c), or forget it with: npm run setup -- --auto (${THEN_AGAIN})`,
  );
}

module.exports = { wheelTensorFlow, namedTensorFlow };
