'use strict';
/**
 * `node -r ./scripts/setup/register-ts.js script.ts` runs a TypeScript file, or says in one sentence that set-up has
 * to run first.
 */
const { tooOldNode } = require('./node-version');

let problem = tooOldNode(process.versions.node);
if (problem === '') {
  try {
    require('../../lib/runtime/typescript').registerTypeScript();
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'MODULE_NOT_FOUND') {
      problem = 'The npm packages are not installed: run: npm run setup';
    } else throw error;
  }
}
if (problem !== '') {
  console.error(problem);
  process.exit(1);
}
