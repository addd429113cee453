'use strict';
/**
 * The step that links TensorFlow to Node: it compiles the addon of @tensorflow/tfjs-node-gpu from the sources
 * that the package ships.
 *
 * The compiler is called directly. node-gyp would ask the network for the headers of this Node, and the addon
 * uses nothing of Node but Node-API, whose headers the package node-api-headers has, and whose binary interface
 * is the same in every Node: one addon serves them all.
 */
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { run, inClone } = require('./command');
const { SetupError, THEN_AGAIN, installCommand } = require('./errors');
const { readJson, writeJson, needRoom } = require('./files');
const { systemOf } = require('./systems');

/** @typedef {import('./tensorflow').TensorFlow} TensorFlow */

/** Ours: applies TF_CPP_MIN_LOG_LEVEL from the first message on. */
const LOG_LEVEL = path.join(__dirname, 'log_level.cc');

/** Ours, each in place of a function of TensorFlow: tensors get memory of their own, sessions the options of their graph. */
const HEADERS = ['copied_tensor.h', 'session_config.h'].map((name) => path.join(__dirname, name));

const SOURCES = ['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc', LOG_LEVEL];

/** Part of the record: a change here makes every clone compile anew. */
const FLAGS = [
  '-O2',
  '-std=c++17',
  '-fPIC',
  '-shared',
  '-DNAPI_VERSION=8',
  '-DNODE_GYP_MODULE_NAME=tfjs_binding',
  '-DBUILDING_NODE_EXTENSION',
  // The package's own: its callbacks ignore parameters, and TensorFlow's headers are not free of warnings.
  '-w',
];

/** @param {string} root */
function places(root) {
  const packageFolder = path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
  const folder = path.join(packageFolder, 'lib', 'napi-v8');
  return {
    packageFolder,
    folder,
    addon: path.join(folder, 'tfjs_binding.node'),
    // Node loads only files with this ending.
    unfinished: path.join(folder, 'tfjs_binding.new.node'),
    record: path.join(folder, 'setup.json'),
    headers: path.join(root, 'node_modules', 'node-api-headers', 'include'),
  };
}

/**
 * The loader's run path: relative to the addon if inside the clone, so that the clone can be moved.
 * @param {string} root
 * @param {string} addonFolder
 * @param {string} libraryFolder
 * @param {NodeJS.Platform} [platform]
 */
function runPath(root, addonFolder, libraryFolder, platform = process.platform) {
  const { origin } = systemOf(platform);
  const inside = !path.relative(fs.realpathSync(root), libraryFolder).startsWith('..');
  return inside ? `${origin}/${path.relative(addonFolder, libraryFolder)}` : libraryFolder;
}

/**
 * What the addon depends on, for comparison with the record of the last compilation.
 * @param {string} root
 * @param {TensorFlow} tensorflow
 */
function ingredients(root, tensorflow) {
  return {
    flags: [...FLAGS, ...systemOf().addonFlags],
    own: [LOG_LEVEL, ...HEADERS].map((file) =>
      createHash('sha256').update(fs.readFileSync(file)).digest('hex'),
    ),
    libraries: tensorflow.libraries.map((file) => {
      const { size, mtimeMs } = fs.statSync(file);
      return { file: inClone(root, file), size, mtimeMs };
    }),
  };
}

/**
 * Why the addon has to be compiled, '' if it need not. `npm ci` removes the addon with the package's folder.
 * @param {string} root
 * @param {TensorFlow} tensorflow
 */
function whyCompile(root, tensorflow) {
  const { addon, record } = places(root);
  const last = readJson(record);
  if (last === undefined || !fs.existsSync(addon)) return 'not there yet, or gone with an npm ci';
  return JSON.stringify(last) === JSON.stringify(ingredients(root, tensorflow))
    ? ''
    : 'TensorFlow, or how the addon is made, has changed';
}

/**
 * The C++ compiler, as a command: $CXX may hold arguments ("ccache g++").
 * @param {NodeJS.ProcessEnv} env
 * @returns {[string, ...string[]]}
 */
function findCompiler(env) {
  const named = env.CXX?.trim().split(/\s+/) ?? [];
  const candidates = env.CXX?.trim() ? [named] : [['g++'], ['clang++'], ['c++']];
  for (const [file, ...args] of candidates) {
    const { status } = spawnSync(file, [...args, '--version'], { env, timeout: 20_000 });
    if (status === 0) return [file, ...args];
  }
  const command = installCommand(
    {
      apt: 'g++',
      dnf: 'gcc-c++',
      pacman: 'gcc',
      zypper: 'gcc-c++',
      apk: 'g++',
      mac: 'xcode-select --install',
    },
    env,
  );
  const tried = candidates.map((words) => words.join(' ')).join(', ');
  const found = env.CXX?.trim() ? `CXX=${tried} does not run` : `none of ${tried} runs`;
  throw new SetupError(
    `A C++ compiler is needed to link TensorFlow to Node, and ${found}: install one with ${command}, ${THEN_AGAIN}`,
  );
}

/**
 * Makes the addon find its libraries along its run path, where the linker alone does not see to that.
 * @param {string} addon
 * @param {readonly string[]} libraries
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} [platform]
 */
function relink(addon, libraries, env, platform = process.platform) {
  /** @param {[string, ...string[]]} command */
  const ask = ([file, ...args]) => {
    const { status, stdout, stderr, error } = spawnSync(file, args, {
      env,
      encoding: 'utf8',
      timeout: 60_000,
    });
    if (status === 0) return stdout;
    throw new SetupError(
      `${file} failed for the reason above; it comes with Apple's command-line tools: install them with ` +
        `xcode-select --install, ${THEN_AGAIN}`,
      error ? error.message : stderr,
    );
  };
  for (const command of systemOf(platform).relink?.(addon, libraries, ask) ?? []) ask(command);
}

/**
 * Compiles the addon, loads it once, and only then puts it in its place.
 * @param {string} root
 * @param {TensorFlow} tensorflow
 * @param {{ env: NodeJS.ProcessEnv, leftOverFile: string, tell: (line: string) => void }} context
 */
async function compileAddon(root, tensorflow, context) {
  const { env, leftOverFile, tell } = context;
  const place = places(root);
  needRoom(root, 0.2, 'the addon');
  const [compiler, ...first] = findCompiler(env);
  fs.mkdirSync(place.folder, { recursive: true });
  const addonFolder = fs.realpathSync(place.folder);

  const args = [
    ...first,
    ...FLAGS,
    ...systemOf().addonFlags,
    `-I${place.headers}`,
    '-I.',
    `-I${tensorflow.include}`,
    ...HEADERS.flatMap((header) => ['-include', header]),
    ...SOURCES,
    '-o',
    place.unfinished,
    ...tensorflow.libraries,
    ...tensorflow.folders.map((folder) => `-Wl,-rpath,${runPath(root, addonFolder, folder)}`),
  ];
  const compiled = await run(compiler, args, { cwd: place.packageFolder, env, leftOverFile });
  if (!compiled.ok) {
    throw new SetupError(
      `${compiler} could not compile the addon for the reason above (it has to know C++17: GCC 9, Clang 9 or newer): ` +
        `name another compiler as CXX=<compiler>, ${THEN_AGAIN}`,
      compiled.output,
    );
  }

  relink(place.unfinished, tensorflow.libraries, env);
  const loaded = await run(
    process.execPath,
    ['-e', 'console.log("TensorFlow " + require(process.argv[1]).TF_Version)', place.unfinished],
    { cwd: root, env: { ...env, TF_CPP_MIN_LOG_LEVEL: '2' }, leftOverFile },
  );
  if (!loaded.ok) {
    throw new SetupError(
      `Node can't load the addon with ${inClone(root, tensorflow.libraries[0])} for the reason above: ` +
        'install everything again with: npm run setup -- --rebuild',
      loaded.output,
    );
  }
  const version = loaded.output.split('\n').find((line) => line.startsWith('TensorFlow '));
  if (version !== undefined) tell(version);
  fs.renameSync(place.unfinished, place.addon);
  writeJson(place.record, ingredients(root, tensorflow));
}

module.exports = { whyCompile, compileAddon, findCompiler, runPath, relink };
