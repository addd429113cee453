'use strict';
/** The step that fills node_modules from the lockfile. */
const fs = require('node:fs');
const path = require('node:path');
const { run } = require('./command');
const { SetupError, THEN_AGAIN, findOnPath, unwritableIn } = require('./errors');
const { readJson, needRoom } = require('./files');

/**
 * @typedef {object} LockEntry what a lockfile says of one package
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {string} [resolved]
 * @property {boolean} [link]
 * @property {boolean} [optional]
 */

/** @typedef {Record<string, LockEntry>} LockPackages packages by their folder */

/**
 * @param {string} file
 * @returns {LockPackages | undefined}
 */
function readLock(file) {
  return /** @type {{ packages?: LockPackages } | undefined} */ (readJson(file))?.packages;
}

/**
 * Compares what is wanted with what npm says it installed.
 * @param {LockPackages} wanted package-lock.json's packages
 * @param {LockPackages} installed those of node_modules/.package-lock.json, which npm writes last
 * @returns {string} the first difference in words, '' if there is none
 */
function lockDifference(wanted, installed) {
  for (const [folder, entry] of Object.entries(wanted)) {
    if (folder === '') continue;
    if (!Object.hasOwn(installed, folder)) {
      // Packages for other systems are not installed.
      if (entry.optional) continue;
      return `${folder} is not installed`;
    }
    const found = installed[folder];
    const same =
      found.version === entry.version && found.integrity === entry.integrity && found.link === entry.link;
    if (!same) return `${folder} differs from the lockfile`;
  }
  // A leftover package can hide the right one from another package.
  const extra = Object.keys(installed).find((folder) => !Object.hasOwn(wanted, folder));
  return extra === undefined ? '' : `${extra} is not in the lockfile`;
}

/**
 * Why node_modules has to be installed again, '' if it need not. npm's own record counts, so that a plain `npm ci` is
 * as good as ours.
 * @param {string} root
 */
function whyInstall(root) {
  const wanted = readLock(path.join(root, 'package-lock.json'));
  if (!wanted) {
    throw new SetupError(
      'package-lock.json is missing or damaged: run: git checkout package-lock.json, or without git take it from a ' +
        'folder that the npm package writes anew',
    );
  }
  const installed = readLock(path.join(root, 'node_modules', '.package-lock.json'));
  if (!installed) return 'no finished install yet';
  const gone = Object.keys(installed).find(
    (folder) => !fs.existsSync(path.join(root, folder, 'package.json')),
  );
  return gone === undefined ? lockDifference(wanted, installed) : `${gone} is missing`;
}

/**
 * The npm that belongs to this run, as a command. npm names itself to the scripts it runs. It is started with
 * this Node, which need not be the one that npm's first line would find.
 * @param {NodeJS.ProcessEnv} env
 * @returns {[string, ...string[]]}
 */
function npmCommand(env) {
  const own = env.npm_execpath;
  if (own !== undefined && path.basename(own) === 'npm-cli.js' && fs.existsSync(own))
    return [process.execPath, own];
  const beside = path.resolve(process.execPath, '../../lib/node_modules/npm/bin/npm-cli.js');
  if (fs.existsSync(beside)) return [process.execPath, beside];
  const onPath = findOnPath('npm', env);
  if (onPath !== undefined) return [onPath];
  throw new SetupError(
    `npm is not on PATH: install it with Node from https://nodejs.org or with \`nvm install 22\`, ${THEN_AGAIN}`,
  );
}

/** How npm reports that it got no answer; the last one is for a package that its cache lacks under `--offline`. */
const NO_ANSWER =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|EHOSTUNREACH|ENETUNREACH|EPROTO|network timeout|ENOTCACHED)\b/;

/**
 * @param {string} root
 * @param {string} output npm's
 * @param {string} [ping] how the registry failed to answer an earlier ping, if asked
 * @returns {SetupError}
 */
function npmFailure(root, output, ping = '') {
  const network = NO_ANSWER.exec(ping) ?? NO_ANSWER.exec(output);
  if (network) {
    return new SetupError(
      `The npm registry can't be reached (${network[0]}): connect to the network, or name a proxy with ` +
        `npm config set proxy <url>, ${THEN_AGAIN}`,
    );
  }
  if (output.includes('ENOSPC')) {
    return new SetupError(`The disk is full: free about 3 GB, ${THEN_AGAIN}`);
  }
  const refused = unwritableIn(root, output);
  if (refused) return refused;
  return new SetupError(`npm ci failed for the reason above: mend that, ${THEN_AGAIN}`, output);
}

/**
 * Installs the packages of the lockfile. `npm ci` clears the folder first, so nothing of an interrupted install
 * remains.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {string} leftOverFile
 * @param {(line: string) => void} tell
 */
async function installPackages(root, env, leftOverFile, tell) {
  needRoom(root, 1, 'node_modules');
  const [file, ...args] = npmCommand(env);
  // What npm says is read here, and `npm run --silent` hands its silence on to every npm below it.
  const heard = '--loglevel=error';
  const options = { cwd: root, env, leftOverFile };

  // A registry that takes connections and never answers holds up `npm ci` for many minutes: it asks for hundreds
  // of packages, each with its own time limit. So it is asked once first. A refusal is an answer.
  const limits = [heard, '--fetch-retries=0', '--fetch-timeout=4000'];
  const ping = await run(file, [...args, 'ping', ...limits], { ...options, timeoutMs: 10_000 });
  const offline = !ping.ok && (ping.code === null || NO_ANSWER.test(ping.output));
  if (offline) tell('the npm registry does not answer; trying what npm keeps in its cache');

  const flags = [
    heard,
    '--ignore-scripts',
    // NODE_ENV=production must not leave out what the check below expects.
    '--include=dev',
    offline ? '--offline' : '--prefer-offline',
    '--no-progress',
    '--fetch-retries=2',
    '--fetch-retry-mintimeout=1000',
    '--fetch-retry-maxtimeout=4000',
    '--fetch-timeout=30000',
  ];
  const { ok, output } = await run(file, [...args, 'ci', ...flags], options);
  if (!ok) throw npmFailure(root, output, offline ? ping.output : '');
  const missing = whyInstall(root);
  if (missing !== '') {
    throw new SetupError(
      `npm ci ended well, and yet ${missing}: run: npm cache verify, ${THEN_AGAIN}`,
      output,
    );
  }
}

module.exports = { whyInstall, installPackages, lockDifference, npmFailure, npmCommand };
