'use strict';
/**
 * Names under which npm keeps files in a package. It leaves out every .npmrc, and makes an .npmignore of a .gitignore.
 */
const keptAs = new Map([
  ['.npmrc', 'dot-npmrc'],
  ['.gitignore', 'dot-gitignore'],
]);

module.exports = { keptAs };
