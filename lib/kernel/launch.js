#!/usr/bin/env node
'use strict';
/**
 * The kernel's first lines, in plain JavaScript because TypeScript can't run yet.
 *
 *     node lib/kernel/launch.js <connection file>
 *
 * Jupyter starts this through the kernelspec that set-up writes into `.venv`. It turns on ts-node with the
 * compiler that comes with tslab, so that the kernel, `lib` and the cells share one TypeScript, and then starts
 * main.ts.
 */
const path = require('node:path');

const root = path.resolve(__dirname, '..', '..');
require('../runtime/typescript').registerTypeScript({ compiler: '@tslab/typescript-for-tslab' });

const connectionFile = process.argv.at(2);
if (connectionFile === undefined) {
  console.error('Usage: node lib/kernel/launch.js <connection file>. Jupyter runs this for you.');
  process.exit(2);
}
require('./main').main(connectionFile, root);
