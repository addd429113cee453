'use strict';
/** The steps of set-up in their order, and what they print. */
const fs = require('node:fs');
const path = require('node:path');
const { acquireLock } = require('../../lib/runtime/process-lock');
const { whyCompile, compileAddon } = require('./addon');
const { endAll, endLeftOver } = require('./command');
const { SetupError, asSentence } = require('./errors');
const { readJson, writeJson } = require('./files');
const { whyRegister, registerKernel } = require('./kernel');
const { whyInstall, installPackages } = require('./npm');
const { HELP, readOptions } = require('./options');
const { needSupportedPlatform, hasNvidiaCard, chooseFlavour } = require('./platform');
const { namedTensorFlow, wheelTensorFlow } = require('./tensorflow');
const { describeVenv, makeVenv, readVenv, whyMakeVenv } = require('./venv');

/** @typedef {import('./options').Options} Options */

/**
 * @typedef {object} Step
 * @property {string} title what it makes, and what that costs
 * @property {() => string} why why it has to run, '' if it need not: only stats and small reads, nothing slow
 * @property {() => Promise<void> | void} make
 */

/** @param {string} line */
const tell = (line) => {
  console.log(`    ${line}`);
};

/**
 * @param {string} root
 * @param {Options} options
 * @param {NodeJS.ProcessEnv} env
 * @returns {Step[]}
 */
function plan(root, options, env) {
  const own = path.join(root, '.setup');
  const leftOverFile = path.join(own, 'running');
  const { choice } = options;
  // `--auto` chooses for this machine, whatever was installed before.
  const installed = options.chosenNow ? undefined : readVenv(root)?.flavour;
  const flavour = chooseFlavour(choice, installed, () => hasNvidiaCard(env));
  const findTensorFlow = () => {
    if (choice.libtensorflow !== undefined) return namedTensorFlow(choice.libtensorflow);
    return wheelTensorFlow(root);
  };

  return [
    {
      title: 'npm packages; about 180 MB to download, 0.5 GB of disk',
      why: () => whyInstall(root),
      make: () => installPackages(root, env, leftOverFile, tell),
    },
    {
      title: `Python packages in .venv: ${describeVenv(flavour)}`,
      why: () => {
        const why = whyMakeVenv(root, flavour);
        return why === '' && !findTensorFlow() ? 'TensorFlow’s libraries are missing from it' : why;
      },
      make: () => makeVenv(root, flavour, { env, workFolder: path.join(own, 'tmp'), leftOverFile, tell }),
    },
    {
      title: 'TensorFlow’s addon for Node; compiled here in about 10 s',
      why: () => {
        const tensorflow = findTensorFlow();
        return tensorflow ? whyCompile(root, tensorflow) : 'not there yet';
      },
      make: async () => {
        const tensorflow = findTensorFlow();
        if (!tensorflow) throw new SetupError('.venv has no TensorFlow: run: npm run setup -- --rebuild');
        await compileAddon(root, tensorflow, { env, leftOverFile, tell });
      },
    },
    {
      title: 'The notebook kernel, registered inside .venv',
      why: () => whyRegister(root),
      make: () => {
        registerKernel(root);
      },
    },
  ];
}

/** @param {number} begun by `performance.now()`, which no change of the clock moves */
const secondsSince = (begun) => `${((performance.now() - begun) / 1000).toFixed(1)} s`;

/**
 * Runs the steps that are due. Each is checked only after the ones before it have run.
 * @param {readonly Step[]} steps
 */
async function makeAll(steps) {
  for (const [index, step] of steps.entries()) {
    const why = step.why();
    if (why === '') continue;
    console.log(`[${index + 1}/${steps.length}] ${step.title}\n    ${why}`);
    const begun = performance.now();
    await step.make();
    tell(`done in ${secondsSince(begun)}`);
  }
}

/** Ends the running program and releases the lock when the user stops set-up. */
function endOnSignals() {
  for (const [signal, code] of /** @type {const} */ ([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])) {
    process.on(signal, () => {
      endAll();
      console.error('\nSet-up was stopped. To continue, run: npm run setup');
      process.exit(code);
    });
  }
}

/**
 * @param {string} root
 * @param {Options} options
 * @param {NodeJS.ProcessEnv} env
 */
async function setUp(root, options, env) {
  const begun = performance.now();
  needSupportedPlatform();
  // Before anything is changed: a wrong name must neither cost the installed TensorFlow nor be remembered.
  if (options.choice.libtensorflow !== undefined) namedTensorFlow(options.choice.libtensorflow);
  const choiceFile = path.join(root, '.setup', 'choice.json');
  const steps = plan(root, options, env);
  const choiceIsKept =
    !options.chosenNow || JSON.stringify(readJson(choiceFile)) === JSON.stringify(options.choice);
  if (choiceIsKept && !options.rebuild && steps.every((step) => step.why() === '')) {
    console.log(`Set-up: everything is in place (${secondsSince(begun)})`);
    return;
  }

  const lock = await acquireLock(path.join(root, '.setup', 'lock'), {
    onWait: (pid) => {
      console.log(`Waiting for another set-up of this clone (process ${pid}) ...`);
    },
  });
  try {
    endOnSignals();
    await endLeftOver(path.join(root, '.setup', 'running'));
    if (options.chosenNow) writeJson(choiceFile, options.choice);
    if (options.rebuild) {
      fs.rmSync(path.join(root, '.venv', 'setup.json'), { force: true });
      fs.rmSync(path.join(root, 'node_modules', '.package-lock.json'), { force: true });
    }
    // Planned again: while this process waited for the lock, the other one may have done it all.
    await makeAll(plan(root, options, env));
  } finally {
    lock.release();
  }
  console.log(`Set-up is complete (${secondsSince(begun)}).`);
}

/**
 * @param {readonly string[]} args the command line after the script's name
 * @param {NodeJS.ProcessEnv} env
 * @param {string} [root] the clone's folder
 * @returns {Promise<number>} the exit code
 */
async function main(args, env, root = fs.realpathSync(path.resolve(__dirname, '..', '..'))) {
  try {
    const options = readOptions(args, env, path.join(root, '.setup', 'choice.json'));
    if (options.help) console.log(HELP);
    else await setUp(root, options, env);
    return 0;
  } catch (thrown) {
    const error = asSentence(root, thrown);
    if (!(error instanceof SetupError)) throw error;
    if (error.detail !== '') console.error(`\n${error.detail}\n`);
    console.error(error.message);
    return 1;
  }
}

module.exports = { main };
