'use strict';
/**
 * The step that makes .venv.
 *
 * A record, written last, says what was installed. Without it, .venv is made from scratch: pip considers a package
 * installed as soon as its metadata exist, and a kill can leave those without the files, so nothing of an interrupted
 * install is trusted. pip's cache keeps what was downloaded.
 */
const fs = require('node:fs');
const path = require('node:path');
const { run, pythonEnvironment } = require('./command');
const { SetupError, THEN_AGAIN, unwritableIn } = require('./errors');
const { readJson, writeJson, needRoom } = require('./files');
const { findPython } = require('./python');
const { requirements, COSTS } = require('./python-packages');

/** What pip_alive.py says if no index answers; folders of wheels may still provide everything. */
const NO_INDEX = 'no package index answers';

/** @typedef {import('./python-packages').Flavour} Flavour */

/**
 * @typedef {object} VenvRecord
 * @property {string} root the clone's folder: scripts in .venv/bin hold it, so .venv can't be moved
 * @property {string} python the interpreter that .venv/bin/python led to
 * @property {Flavour} flavour
 * @property {string[]} requirements
 */

/** @param {string} root */
const recordFile = (root) => path.join(root, '.venv', 'setup.json');

/** @param {string} root */
const venvPython = (root) => path.join(root, '.venv', 'bin', 'python');

/** @param {string} file */
function trueFile(file) {
  try {
    return fs.realpathSync(file);
  } catch {
    return '';
  }
}

/**
 * The record of a finished set-up; undefined if there was none, or .venv can no longer be used.
 * @param {string} root
 * @returns {VenvRecord | undefined}
 */
function readVenv(root) {
  const record = /** @type {VenvRecord | undefined} */ (readJson(recordFile(root)));
  if (record?.root !== root || record.python !== trueFile(venvPython(root))) return undefined;
  return record;
}

/**
 * Why something has to be installed, '' if nothing.
 * @param {string} root
 * @param {Flavour} flavour
 */
function whyMakeVenv(root, flavour) {
  const record = readVenv(root);
  if (!record) {
    const old = /** @type {VenvRecord | undefined} */ (readJson(recordFile(root)));
    if (!old) {
      return fs.existsSync(path.join(root, '.venv'))
        ? 'no finished install of ours is in it; made anew'
        : 'not there yet';
    }
    if (old.root !== root) return 'the clone was moved';
    if (!fs.existsSync(old.python)) return `its Python is gone (${old.python}); made anew with another`;
    return `its Python has changed (it was ${old.python}); made anew`;
  }
  if (record.flavour !== flavour) return `it holds ${name(record.flavour)}`;
  const same = record.requirements.join('\n') === requirements(flavour).join('\n');
  return same ? '' : 'the list of packages has changed';
}

/** @param {Flavour} flavour */
function name(flavour) {
  return { cpu: 'TensorFlow for the CPU', cuda: 'TensorFlow with CUDA', none: 'no TensorFlow' }[flavour];
}

/** @param {Flavour} flavour */
function describeVenv(flavour) {
  const { download, disk } = COSTS[flavour];
  return `JupyterLab and ${name(flavour)}; about ${download} to download, ${disk} of disk`;
}

/**
 * @param {string} root
 * @param {string} output pip's
 * @param {readonly string[]} told what pip_alive.py found out about the indexes
 */
function pipFailure(root, output, told) {
  if (told.includes(NO_INDEX)) {
    const each = told.filter((line) => line !== NO_INDEX).map((line) => line.replace('left out ', ''));
    return new SetupError(
      `No Python package index can be reached (${each.join('; ')}): connect to the network, or name a proxy with ` +
        `export HTTPS_PROXY=<url>, ${THEN_AGAIN}`,
    );
  }
  if (/No space left on device|Errno 28\b/.test(output)) {
    return new SetupError(`The disk filled up while pip installed: free some, ${THEN_AGAIN}`);
  }
  if (/ReadTimeoutError|ConnectionError|NewConnectionError|IncompleteRead|ProtocolError/.test(output)) {
    return new SetupError(
      `The connection broke off while pip downloaded: ${THEN_AGAIN.replace('then ', '')}`,
      output,
    );
  }
  const refused = unwritableIn(root, output);
  if (refused) return refused;
  const noWheel = /No matching distribution found for (tensorflow\S*)/.exec(output);
  if (noWheel) {
    return new SetupError(
      `pip finds no ${noWheel[1]} for this system: it is built for Linux with glibc 2.27 or newer (Alpine has none) ` +
        `and for macOS on arm64, and a package index may lack it: use one that has it, ${THEN_AGAIN}`,
      output,
    );
  }
  return new SetupError(`pip install failed for the reason above: mend that, ${THEN_AGAIN}`, output);
}

/**
 * Reports the long parts of pip's work: large downloads, and the unpacking at the end.
 * @param {string} line one of pip's or of pip_alive.py's
 * @returns {string} what to show, '' for nothing
 */
function pipProgress(line) {
  if (line.startsWith('setup: ')) return line.slice('setup: '.length);
  const download = /^\s*Downloading (\S+) \((\d+(?:\.\d+)?) ([MG]B)\)/.exec(line);
  if (download && (download[3] === 'GB' || Number(download[2]) >= 20)) {
    const wheel = path.basename(download[1]).split('-').slice(0, 2).join(' ');
    return `downloading ${wheel} (${download[2]} ${download[3]})`;
  }
  if (line.startsWith('Installing collected packages')) return 'unpacking';
  return '';
}

/**
 * Makes .venv, or brings a finished one of the same kind up to date.
 * @param {string} root
 * @param {Flavour} flavour
 * @param {{ env: NodeJS.ProcessEnv, workFolder: string, leftOverFile: string, tell: (line: string) => void }} context
 */
async function makeVenv(root, flavour, context) {
  const { env, workFolder, leftOverFile, tell } = context;
  const usable = readVenv(root);
  // `tensorflow` and `tensorflow-cpu` own the same files: one can't be installed over the other.
  const inPlace = usable !== undefined && usable.flavour === flavour;
  const pythonEnv = pythonEnvironment(env);

  needRoom(root, COSTS[flavour].room, '.venv');
  if (!inPlace) {
    const { program, version } = findPython(pythonEnv);
    tell(`Python ${version} (${program})`);
    fs.rmSync(recordFile(root), { force: true });
    const made = await run(program, ['-m', 'venv', '--clear', path.join(root, '.venv')], {
      cwd: root,
      env: pythonEnv,
      leftOverFile,
    });
    if (!made.ok) {
      const refused = unwritableIn(root, made.output);
      if (refused) throw refused;
      throw new SetupError(
        `Python could not make .venv for the reason above: mend that, ${THEN_AGAIN}`,
        made.output,
      );
    }
  }
  fs.rmSync(recordFile(root), { force: true });

  /** @type {string[]} */
  const told = [];
  const wanted = requirements(flavour);
  const flags = [
    'install',
    '--no-input',
    '--progress-bar',
    'off',
    '--disable-pip-version-check',
    '--no-compile',
  ];
  // As environment variables, since the user's own win, and an older pip ignores those it doesn't know: fewer retries
  // of what fails at once, and more of a large download that broke off, which newer releases of pip continue.
  const settings = { PIP_RETRIES: '3', PIP_RESUME_RETRIES: '10', PIP_PREFER_BINARY: '1' };
  // pip unpacks downloads in a temporary folder, and /tmp may be a small disk in memory.
  fs.rmSync(workFolder, { recursive: true, force: true });
  fs.mkdirSync(workFolder, { recursive: true });
  const { ok, output } = await run(
    venvPython(root),
    [path.join(__dirname, 'pip_alive.py'), ...flags, ...wanted],
    {
      cwd: root,
      env: { ...settings, ...pythonEnv, TMPDIR: workFolder, PYTHONUNBUFFERED: '1' },
      leftOverFile,
      onLine: (line) => {
        if (line.startsWith('setup: ')) told.push(line.slice('setup: '.length));
        const news = pipProgress(line);
        if (news !== '') tell(news);
      },
    },
  );
  fs.rmSync(workFolder, { recursive: true, force: true });
  if (!ok) throw pipFailure(root, output, told);
  writeJson(recordFile(root), {
    root,
    python: trueFile(venvPython(root)),
    flavour,
    requirements: wanted,
  });
}

module.exports = { whyMakeVenv, makeVenv, readVenv, describeVenv, pipFailure, pipProgress };
