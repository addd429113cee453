'use strict';
/** The step that registers the notebook kernel inside .venv, with Jupyter's settings and papermill's translator. */
const fs = require('node:fs');
const path = require('node:path');
const { listFiles, writeWhole } = require('./files');

const NAME = 'tslab-cifar10';

/**
 * The files that belong in .venv, by their path below it.
 * @param {string} root
 * @param {string} node the Node that runs the kernel
 * @returns {Map<string, Buffer>}
 */
function jupyterFiles(root, node) {
  const spec = {
    argv: [node, path.join(root, 'lib', 'kernel', 'launch.js'), '{connection_file}'],
    display_name: 'TypeScript (tslab, CIFAR-10)',
    language: 'typescript',
    interrupt_mode: 'message',
    env: {},
  };
  /** @type {Map<string, Buffer>} */
  const files = new Map();
  files.set(
    path.join('share', 'jupyter', 'kernels', NAME, 'kernel.json'),
    Buffer.from(`${JSON.stringify(spec, null, 2)}\n`),
  );
  for (const top of ['share', 'etc']) {
    const source = path.join(root, 'scripts', 'setup', 'jupyter', top);
    for (const file of listFiles(source)) {
      files.set(path.join(top, 'jupyter', file), fs.readFileSync(path.join(source, file)));
    }
  }
  for (const [file, content] of papermillFiles(root)) files.set(file, content);
  return files;
}

/**
 * What teaches papermill the kernel's language, laid out as an installed package: a module, and beside it what names
 * its entry point. Without the list of files that pip would write, pip leaves it alone.
 * @param {string} root
 * @returns {Map<string, Buffer>}
 */
function papermillFiles(root) {
  const source = path.join(root, 'scripts', 'setup', 'papermill');
  const lib = path.join(root, '.venv', 'lib');
  const pythons = fs.existsSync(lib) ? fs.readdirSync(lib).filter((name) => name.startsWith('python3')) : [];
  /** @type {Map<string, Buffer>} */
  const files = new Map();
  for (const python of pythons) {
    for (const file of listFiles(source).filter((name) => !name.includes('__pycache__'))) {
      const folder = file.endsWith('.py') ? '' : 'papermill_tslab-1.0.dist-info';
      const target = path.join('lib', python, 'site-packages', folder, file);
      files.set(target, fs.readFileSync(path.join(source, file)));
    }
  }
  return files;
}

/**
 * @param {string} file
 * @param {Buffer} content
 */
function holds(file, content) {
  try {
    return fs.readFileSync(file).equals(content);
  } catch {
    return false;
  }
}

/**
 * Why the kernel has to be registered, '' if it need not: another Node runs, the clone was moved, or a file changed.
 * @param {string} root
 * @param {string} [node]
 */
function whyRegister(root, node = process.execPath) {
  for (const [file, content] of jupyterFiles(root, node)) {
    if (!holds(path.join(root, '.venv', file), content))
      return `${path.basename(file)} is new or has changed`;
  }
  return '';
}

/**
 * @param {string} root
 * @param {string} [node]
 */
function registerKernel(root, node = process.execPath) {
  for (const [file, content] of jupyterFiles(root, node)) {
    const target = path.join(root, '.venv', file);
    if (!holds(target, content)) writeWhole(target, content);
  }
}

module.exports = { whyRegister, registerKernel };
