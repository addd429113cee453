'use strict';
/** Finding a Python to make .venv with. */
const { spawnSync } = require('node:child_process');
const { SetupError, THEN_AGAIN, findOnPath, installCommand } = require('./errors');
const { PYTHONS } = require('./python-packages');

/** The question to a candidate. Any Python 3 has to understand it. */
const QUESTIONS = `
import json, sys, sysconfig
missing = []
for name in ("venv", "ensurepip"):
    try:
        __import__(name)
    except ImportError:
        missing.append(name)
standard = sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED")
print(json.dumps({"version": list(sys.version_info[:3]), "file": sys.executable, "missing": missing,
                  "standard": standard and sys.maxsize > 2**32}))
`;

/**
 * @typedef {object} Answer
 * @property {number[]} version
 * @property {string} file the interpreter's own path
 * @property {string[]} missing the modules for making an environment that it lacks
 * @property {boolean} standard whether wheels for 64-bit CPython fit it
 */

/**
 * @param {string} program
 * @param {NodeJS.ProcessEnv} env
 * @returns {Answer | undefined} undefined if it doesn't run: a version manager's stub, or a Python 2
 */
function askPython(program, env) {
  const { status, stdout } = spawnSync(program, ['-c', QUESTIONS], {
    env,
    encoding: 'utf8',
    timeout: 20_000,
  });
  if (status !== 0) return undefined;
  try {
    /** @type {unknown} */
    const answer = JSON.parse(stdout);
    return /** @type {Answer} */ (answer);
  } catch {
    return undefined;
  }
}

/** @param {readonly number[]} version */
const text = (version) => version.join('.');

/** @param {readonly number[]} version */
function inRange([major, minor]) {
  const { oldest, newest } = PYTHONS;
  return major === 3 && minor >= oldest[1] && minor <= newest[1];
}

const RANGE = `${text(PYTHONS.oldest)} to ${text(PYTHONS.newest)}`;

/** @param {NodeJS.ProcessEnv} env */
function pythonInstallCommand(env) {
  return installCommand(
    {
      apt: 'python3 python3-venv',
      dnf: 'python3.12',
      pacman: 'python',
      zypper: 'python312',
      apk: 'python3',
      mac: 'brew install python@3.12',
    },
    env,
  );
}

/**
 * The first Python that can make the environment: $PYTHON, or else the newest suitable one on PATH.
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ program: string, version: string }}
 */
function findPython(env) {
  const named = env.PYTHON;
  const names = named ? [named] : [];
  if (!named) {
    for (let minor = PYTHONS.newest[1]; minor >= PYTHONS.oldest[1]; minor--) names.push(`python3.${minor}`);
    names.push('python3');
  }

  /** @type {string[]} */
  const unsuitable = [];
  /** @type {Answer | undefined} */
  let withoutModules;
  for (const name of names) {
    if (!named && !findOnPath(name, env)) continue;
    const answer = askPython(name, env);
    if (!answer) {
      if (named) unsuitable.push(`PYTHON=${name} does not run as a Python 3`);
    } else if (!inRange(answer.version) || !answer.standard) {
      const kind = answer.standard ? '' : ', and not 64-bit CPython';
      unsuitable.push(`${name} is ${text(answer.version)}${kind}`);
    } else if (answer.missing.length > 0) withoutModules ??= answer;
    else return { program: answer.file, version: text(answer.version) };
  }

  if (withoutModules) {
    const { file, version, missing } = withoutModules;
    const packageName = `python${text(version.slice(0, 2))}-venv`;
    const command = installCommand(
      {
        apt: packageName,
        dnf: 'python3-libs',
        pacman: 'python',
        zypper: 'python3-base',
        apk: 'python3',
        mac: 'brew install python@3.12',
      },
      env,
    );
    throw new SetupError(
      `${file} (Python ${text(version)}) lacks the module ${missing.join(' and ')}, which makes .venv: ` +
        `install it with ${command}, ${THEN_AGAIN}`,
    );
  }
  const found = unsuitable.length > 0 ? unsuitable.join(', ') : 'none on PATH runs';
  throw new SetupError(
    `Python ${RANGE} is needed for JupyterLab and TensorFlow, and ${found}: install one with ` +
      `${pythonInstallCommand(env)}, or name one as PYTHON=<program>, ${THEN_AGAIN}`,
  );
}

module.exports = { findPython };
