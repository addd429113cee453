'use strict';
/**
 * `npx FILE COMMAND`, or `npx cifar10-tslab COMMAND` once the package is published: the collection without a clone.
 *
 * npx keeps packages in a cache that npm may clear, and people are to change notebooks and lib. So nothing runs from the
 * package: the first call writes a folder with what a clone has (without the tests), and each call runs an npm script in
 * it. There set-up installs as it does in a clone, and every command of the documents works as it stands. The commands
 * are package.json's scripts, so none has to be declared here.
 */
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { SetupError } = require('../setup/errors');
const { npmCommand } = require('../setup/npm');
const { folderFor, readProject, writeProject } = require('./folder');
const { helpText } = require('./help');
const { keptAs } = require('./names');

/** @typedef {import('./folder').Manifest} Manifest */

/** The project's files as the package keeps them. */
const SOURCE = path.resolve(__dirname, '..', '..');

/**
 * Runs an npm script, with this terminal.
 * @param {string} folder
 * @param {string} script
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} its exit code
 */
function runScript(folder, script, args, env) {
  const [file, ...words] = npmCommand(env);
  const rest = args.length === 0 ? [] : ['--', ...args];
  const child = spawn(file, [...words, 'run', script, ...rest], { cwd: folder, env, stdio: 'inherit' });
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  // Ctrl-C reaches the script itself, which ends in good order or asks; this process waits for that.
  const passOn = (/** @type {NodeJS.Signals} */ signal) => signal === 'SIGINT' || child.kill(signal);
  for (const signal of signals) process.on(signal, passOn);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      for (const each of signals) process.off(each, passOn);
      resolve(code ?? 128 + os.constants.signals[signal ?? 'SIGTERM']);
    });
  });
}

/**
 * @param {string} folder
 * @param {string} cwd
 */
function shown(folder, cwd) {
  const inside = path.relative(cwd, folder);
  return inside === '' ? 'this folder' : inside.startsWith('..') ? folder : `./${inside}`;
}

/**
 * Writes the folder if it is not there, and says what the user should know about it.
 * @param {string} folder
 * @param {string} cwd
 * @param {Manifest} own the package's
 */
function prepare(folder, cwd, own) {
  const name = shown(folder, cwd);
  const there = readProject(folder);
  if (!there) {
    writeProject(SOURCE, folder);
    console.log(
      `The collection is now in ${name}: notebooks, lib and documents, version ${own.version}.\n` +
        'All commands of its README.md work there; from here, the same npx goes on with it.',
    );
  } else if (there.version !== own.version) {
    console.log(
      `${name} holds version ${there.version}, and goes on with it; this package is ${own.version}. To start with that, ` +
        'call it in another folder, or rename this one first: your notebooks and outputs/ can be copied over.',
    );
  }
}

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cwd
 * @returns {Promise<number>} the exit code
 */
async function dispatch([command = '--help', ...args], env, cwd) {
  const own = readProject(SOURCE);
  if (!own || ![...keptAs.values()].every((name) => fs.existsSync(path.join(SOURCE, name)))) {
    throw new SetupError('This is not the npm package but a clone: run its commands with npm run');
  }
  if (['--version', '-v'].includes(command)) {
    console.log(own.version);
    return 0;
  }
  if (['--help', '-h', 'help'].includes(command)) {
    const readme = fs.readFileSync(path.join(SOURCE, 'README.md'), 'utf8');
    console.log(helpText(Object.keys(own.scripts), readme, own.version));
    return 0;
  }
  const folder = folderFor(cwd);
  const { scripts } = readProject(folder) ?? own;
  if (!Object.hasOwn(scripts, command)) {
    throw new SetupError(
      `"${command}" is not a command: there are ${Object.keys(scripts).join(', ')}. ` +
        'What they do, --help says',
    );
  }
  prepare(folder, cwd, own);
  // Some commands of a clone leave set-up to the user. npm writes this file last.
  if (command !== 'setup' && !fs.existsSync(path.join(folder, 'node_modules', '.package-lock.json'))) {
    const code = await runScript(folder, 'setup', [], env);
    if (code !== 0) return code;
  }
  return runScript(folder, command, args[0] === '--' ? args.slice(1) : args, env);
}

/**
 * @param {readonly string[]} args the command line after the program's name
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cwd
 * @returns {Promise<number>} the exit code
 */
async function main(args, env, cwd) {
  try {
    return await dispatch(args, env, cwd);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    return 1;
  }
}

module.exports = { main };
