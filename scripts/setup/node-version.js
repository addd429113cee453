'use strict';
// Read by Nodes that are too old for the project: no syntax here that Node 12 lacks.

const MINIMUM = 20;

/**
 * @param {string} version the running Node's, such as "18.20.4"
 * @returns {string} what to tell the user, '' when the version will do
 */
function tooOldNode(version) {
  if (Number(version.split('.')[0]) >= MINIMUM) return '';
  return (
    'Node ' +
    version +
    ' is running, and at least ' +
    String(MINIMUM) +
    ' is needed: install one from https://nodejs.org or with `nvm install 22`, then run: npm run setup'
  );
}

module.exports = { tooOldNode };
