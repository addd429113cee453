#!/usr/bin/env node
'use strict';
/**
 * The kernel's first lines, in plain JavaScript because TypeScript can't run yet.
 *
 *     node lib/kernel/launch.js <connection file>
 *
 * Jupyter starts this through the kernelspec that set-up writes into `.venv`. It turns on ts-node with the
 * compiler that tslab carries, so that the process holds one TypeScript for the kernel, for `lib` and for the
 * cells, and hands over to main.ts.
 */
const path = require('node:path');

const root = path.resolve(__dirname, '..', '..');
require('../runtime/typescript').registerTypeScript({ compiler: '@tslab/typescript-for-tslab' });

const connectionFile = process.argv.at(2);
if (connectionFile === undefined) {
  console.error('Usage: node lib/kernel/launch.js <connection file>. Jupyter starts this; you need not.');
  process.exit(2);
}
require('./main').main(connectionFile, root);
