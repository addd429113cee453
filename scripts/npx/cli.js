#!/usr/bin/env node
'use strict';
/**
 * What npx runs. Plain JavaScript without dependencies: the package brings none, since set-up installs
 * them in the folder of the user.
 *
 * An old Node has to be able to read this file, since its user needs the sentence below. Newer syntax may be used
 * only after the check.
 */
const { tooOldNode } = require('../setup/node-version');

const problem = tooOldNode(process.versions.node, 'the same npx');
if (problem !== '') {
  console.error(problem);
  process.exit(1);
}

/** @type {typeof import('./main')} */
const { main } = require('./main');

main(process.argv.slice(2), process.env, process.cwd()).then(
  (code) => {
    process.exitCode = code;
  },
  (/** @type {unknown} */ error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
