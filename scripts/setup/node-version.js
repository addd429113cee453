'use strict';
// Read by Nodes that are too old for the project: no syntax here that Node 12 lacks.

// What the packages ask for, and `node --test-concurrency`.
const MINIMUM = [20, 10];

/**
 * @param {string} version the running Node's, such as "18.20.4"
 * @param {string} [again] the command to run then
 * @returns {string} what to tell the user, '' when the version will do
 */
function tooOldNode(version, again) {
  const parts = version.split('.').map(Number);
  if (parts[0] > MINIMUM[0] || (parts[0] === MINIMUM[0] && parts[1] >= MINIMUM[1])) return '';
  return (
    'Node ' +
    version +
    ' is running, and at least ' +
    MINIMUM.join('.') +
    ' is needed: install one from https://nodejs.org or with `nvm install 22`, then run: ' +
    (again || 'npm run setup')
  );
}

module.exports = { tooOldNode };
