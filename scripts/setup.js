'use strict';
/**
 * `npm run setup`: makes everything the project needs, inside the clone, and does nothing when all is there.
 * Plain JavaScript without a dependency, since it runs before there are any.
 *
 * This file has to be readable by an old Node, whose user is the one that needs the sentence below. What the
 * rest may use begins after the check.
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
