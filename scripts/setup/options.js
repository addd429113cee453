'use strict';
const path = require('node:path');
const { readJson } = require('./files');
const { SetupError } = require('./errors');

const HELP = `npm run setup [-- options]

Installs everything the project needs inside this folder, and nothing outside it (except npm's and pip's caches).
It can be stopped at any time; the next run continues.

  --cpu      TensorFlow for the processor
  --cuda     TensorFlow for NVIDIA cards
  --auto     TensorFlow for this machine's hardware (the default)
  --rebuild  install everything again
  --help     this text

The choice is remembered for later runs, until another one or --auto.

Environment
  SETUP_DEVICE=cpu|cuda|auto      the same as the options
  TFJS_LIBTENSORFLOW=<folder>     link this libtensorflow (include/ and lib/libtensorflow.so) instead of
                                  installing one; remembered in the same way
  PYTHON=<program>                the Python to make .venv with, 3.10 to 3.13
  CXX=<compiler>                  the C++ compiler, with C++17
`;

/**
 * @typedef {object} Choice which TensorFlow the user wants
 * @property {'auto' | 'cpu' | 'cuda'} device
 * @property {string} [libtensorflow] the folder of a library that the user brings
 */

/**
 * @typedef {object} Options
 * @property {boolean} help
 * @property {boolean} rebuild
 * @property {Choice} choice
 * @property {boolean} chosenNow whether this run named the choice, so that it has to be remembered
 */

/**
 * @param {unknown} value
 * @returns {value is Choice['device']}
 */
function isDevice(value) {
  return value === 'auto' || value === 'cpu' || value === 'cuda';
}

/**
 * @param {string} file
 * @returns {Choice}
 */
function rememberedChoice(file) {
  const { device, libtensorflow } = /** @type {Partial<Choice>} */ (readJson(file) ?? {});
  return {
    device: isDevice(device) ? device : 'auto',
    ...(typeof libtensorflow === 'string' ? { libtensorflow } : {}),
  };
}

/**
 * Reads the command line and the environment.
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {string} choiceFile where an earlier run's choice is kept
 * @returns {Options}
 */
function readOptions(args, env, choiceFile) {
  /** @type {Choice['device'] | undefined} */
  let device;
  let help = false;
  let rebuild = false;
  for (const arg of args) {
    const name = arg.replace(/^--/, '');
    if (arg === '--help' || arg === '-h') help = true;
    else if (arg === '--rebuild') rebuild = true;
    else if (!arg.startsWith('--') || !isDevice(name)) {
      throw new SetupError(`${arg} is not an option of set-up; for the list run: npm run setup -- --help`);
    } else if (device !== undefined && device !== name) {
      throw new SetupError(
        `--${device} and --${name} exclude each other; for the list run: npm run setup -- --help`,
      );
    } else device = name;
  }

  const library = env.TFJS_LIBTENSORFLOW;
  if (library !== undefined && library !== '') {
    if (device !== undefined) {
      throw new SetupError(
        `TFJS_LIBTENSORFLOW names the TensorFlow to link, so --${device} has no effect: unset ` +
          'TFJS_LIBTENSORFLOW or drop the option, then run: npm run setup',
      );
    }
    return {
      help,
      rebuild,
      choice: { device: 'auto', libtensorflow: path.resolve(library) },
      chosenNow: true,
    };
  }
  if (device === undefined && env.SETUP_DEVICE !== undefined && env.SETUP_DEVICE !== '') {
    if (!isDevice(env.SETUP_DEVICE)) {
      throw new SetupError(
        `SETUP_DEVICE is "${env.SETUP_DEVICE}" and has to be cpu, cuda or auto: unset or correct it, then run: npm run setup`,
      );
    }
    device = env.SETUP_DEVICE;
  }
  if (device !== undefined) return { help, rebuild, choice: { device }, chosenNow: true };
  return { help, rebuild, choice: rememberedChoice(choiceFile), chosenNow: false };
}

module.exports = { readOptions, HELP };
