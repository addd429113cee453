'use strict';
/**
 * ts-node, with a memory. Compiling the project's files takes seconds, in every process that loads them: a script, a
 * kernel, each file of tests. What ts-node made of a file is kept in `node_modules/.cache`, beside a digest of all
 * that it was made from. Deleting that folder is safe at any time.
 */
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..', '..');
const cacheFolder = path.join(root, 'node_modules', '.cache', 'typescript');

/**
 * Lets `require` load TypeScript, without checking types.
 * @param {{ compiler?: string }} [options] compiler: name of the package that is TypeScript; defaults to the project's
 */
function registerTypeScript(options = {}) {
  const service = require('ts-node').register({
    projectSearchDir: root,
    cwd: root,
    transpileOnly: true,
    ...options,
  });
  /** @type {Map<string, string>} */
  const made = new Map();
  // For stacks that name lines of the source: what ts-node did not compile in this process, it does not know.
  require('@cspotcode/source-map-support').install({
    environment: 'node',
    retrieveFile: (/** @type {string} */ file) => made.get(plainPath(file)) ?? '',
  });

  const compile = service.compile.bind(service);
  const settings = [
    process.versions.node,
    require('ts-node').VERSION,
    options.compiler ?? '',
    service.ts.version,
    JSON.stringify(service.config.options),
  ].join('\n');
  service.compile = (code, fileName, lineOffset) => {
    if (lineOffset !== undefined || !fileName.startsWith(root + path.sep)) {
      return compile(code, fileName, lineOffset);
    }
    const digest = digestOf(settings, fileName, code);
    const file = path.join(cacheFolder, digestOf(options.compiler ?? '', fileName).slice(0, 32));
    const output = read(file, digest) ?? write(file, digest, compile(code, fileName));
    made.set(fileName, output);
    return output;
  };
}

/** @param {string[]} parts */
function digestOf(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}\n`).update(part);
  return hash.digest('hex');
}

/**
 * An entry holds the digest of what it was made from, that of the output, and the output.
 * @param {string} file
 * @param {string} digest
 */
function read(file, digest) {
  let content;
  try {
    content = fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const [madeFrom, check] = content.slice(0, 129).split('\n');
  const output = content.slice(130);
  return madeFrom === digest && check === digestOf(output) ? output : undefined;
}

/**
 * @param {string} file
 * @param {string} digest
 * @param {string} output
 */
function write(file, digest, output) {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    fs.mkdirSync(cacheFolder, { recursive: true });
    fs.writeFileSync(temporary, `${digest}\n${digestOf(output)}\n${output}`);
    fs.renameSync(temporary, file);
  } catch {
    // A folder that can't be written to costs time in the next process, and nothing else.
    fs.rmSync(temporary, { force: true });
  }
  return output;
}

/** @param {string} file a path, or its URL */
function plainPath(file) {
  return file.startsWith('file://') ? require('node:url').fileURLToPath(file) : file;
}

module.exports = { registerTypeScript };
