'use strict';
/** What --help prints: the npm scripts of package.json, in the words of README.md. */

/** A line of a shell block, `npm start   # what it does`, or a row of a table, | `npm run train -- NETWORK` | what it does |. */
const LINE = /^(?:\| `)?npm (?:run )?([\w-]+)(?: +# |[^`#\n]*`[^|\n]*\| )(.+?)(?: \|)?$/gm;

/**
 * @param {string} readme
 * @returns {Map<string, string>} what a command does, by its name; the first line about it counts
 */
function described(readme) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const [, name, words] of readme.matchAll(LINE)) {
    if (found.has(name)) continue;
    // Options come after a semicolon, and links to documents mean nothing in a terminal.
    found.set(
      name,
      words
        .split(';')[0]
        .replace(/ \(\[.*/, '')
        .replace(/`/g, ''),
    );
  }
  return found;
}

/**
 * @param {readonly string[]} names of npm scripts
 * @param {string} readme README.md's text
 * @param {string} version
 */
function helpText(names, readme, version) {
  const says = described(readme);
  const width = Math.max(...names.map((name) => name.length));
  const line = (/** @type {string} */ name) => `  ${name.padEnd(width)}  ${says.get(name) ?? ''}`;
  const further = names.filter((name) => !says.has(name));
  return `cifar10-tslab COMMAND [the command's options], by npx

Writes the collection into ./cifar10-tslab if it is not there yet, and runs one of its npm commands in it; set-up runs
first where it is needed. Everything is kept in that folder: notebooks, lib and documents to read and change, results,
the Python environment. Nothing in it is ever overwritten.

${names
  .filter((name) => says.has(name))
  .map(line)
  .join('\n')}

${further.length === 0 ? '' : `Also: ${further.join(', ')}.\n`}COMMAND --help says more, and so does README.md in the folder. This is version ${version}.`;
}

module.exports = { helpText };
