'use strict';
/**
 * `npm run setup`: installs everything the project needs inside the clone, and does nothing if it is all there.
 * Plain JavaScript without dependencies, since it runs before any are installed.
 *
 * An old Node has to be able to read this file, since its user needs the sentence below. Newer syntax may be used
 * only after the check.
 */
const { tooOldNode } = require('./setup/node-version');

const problem = tooOldNode(process.versions.node);
if (problem !== '') {
  console.error(problem);
  process.exit(1);
}

/** @type {typeof import('./setup/main')} */
const { main } = require('./setup/main');

main(process.argv.slice(2), process.env).then(
  (code) => {
    process.exitCode = code;
  },
  (/** @type {unknown} */ error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
