'use strict';
/**
 * Runs the programs of set-up so that none outlives it: they end when the user stops set-up, and at the latest with
 * the next run if set-up itself was killed.
 */
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { identify, isRunning } = require('../../lib/runtime/process-lock');

/** Enough of a failed program's output to see why it failed. */
const KEPT_LINES = 40;

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * @typedef {object} Outcome
 * @property {boolean} ok whether the program ended with 0
 * @property {number | null} code null if a signal ended it or it could not start
 * @property {string} output the last lines of what it printed, both streams together
 */

/**
 * @typedef {object} RunOptions
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 * @property {string} [leftOverFile] where the child is recorded while it runs, for `endLeftOver`
 * @property {number} [timeoutMs] after which the program is ended
 * @property {(line: string) => void} [onLine] called for each line as it is printed
 */

/**
 * Runs a program and keeps the end of its output. A failure is an outcome, not an exception.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {RunOptions} options
 * @returns {Promise<Outcome>}
 */
function run(file, args, options) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    });
    running.add(child);
    if (options.leftOverFile !== undefined && child.pid !== undefined) {
      fs.writeFileSync(options.leftOverFile, identify(child.pid));
    }

    /** @type {string[]} */
    const lines = [];
    for (const stream of [child.stdout, child.stderr]) {
      let unfinished = '';
      stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        const parts = (unfinished + text).split('\n');
        unfinished = parts.pop() ?? '';
        for (const line of parts) keep(line);
      });
      stream.on('end', () => {
        if (unfinished !== '') keep(unfinished);
      });
    }
    /** @param {string} line */
    function keep(line) {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      options.onLine?.(line);
    }

    /** @param {number | null} code */
    function end(code) {
      running.delete(child);
      if (options.leftOverFile !== undefined) fs.rmSync(options.leftOverFile, { force: true });
      resolve({ ok: code === 0, code, output: lines.join('\n') });
    }
    child.on('error', (error) => {
      keep(error.message);
      end(null);
    });
    child.on('close', end);
  });
}

/** Ends what `run` has started. Every step can be interrupted at any point, so there is nothing to wait for. */
function endAll() {
  for (const child of running) child.kill('SIGKILL');
}

/**
 * Ends the program of an earlier set-up that was killed while the program went on: two installers must not
 * write into one folder.
 * @param {string} leftOverFile
 */
async function endLeftOver(leftOverFile) {
  let identity;
  try {
    identity = fs.readFileSync(leftOverFile, 'utf8');
  } catch {
    return;
  }
  while (/^[1-9]\d*:/.test(identity) && isRunning(identity)) {
    try {
      process.kill(Number(identity.split(':')[0]), 'SIGKILL');
    } catch {
      // It ended by itself in between.
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  fs.rmSync(leftOverFile, { force: true });
}

/**
 * The environment for Python programs: without the variables that would mix in packages of other installations.
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function pythonEnvironment(env) {
  const own = { ...env };
  for (const name of ['PYTHONPATH', 'PYTHONHOME', 'PYTHONSTARTUP', 'VIRTUAL_ENV']) {
    Reflect.deleteProperty(own, name);
  }
  return own;
}

/**
 * A short form of a path for messages.
 * @param {string} root
 * @param {string} file
 */
function inClone(root, file) {
  const relative = path.relative(root, file);
  return relative.startsWith('..') ? file : relative;
}

module.exports = { run, endAll, endLeftOver, pythonEnvironment, inClone };
