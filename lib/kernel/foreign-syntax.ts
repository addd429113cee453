/** Repair: magics and shell commands of Python's kernel, for which TypeScript only says "Expression expected". */
import type { Problem } from './problem';

/** What to do instead of the most common magics. */
const INSTEAD: Readonly<Record<string, string>> = {
  time: "put console.time('label') before the code and console.timeEnd('label') after it",
  timeit: "put console.time('label') before the code and console.timeEnd('label') after it",
  pip: 'install packages in a terminal, with npm',
  npm: 'install packages in a terminal, with npm',
  cd: "call process.chdir('folder')",
  run: "import the file: import * as name from './file'",
  load_ext: 'import the module that you need',
  matplotlib: 'nothing is needed: figures are shown below the cell',
  who: 'hover over a name, or write it in a cell, to see what it is',
  env: 'read and set process.env',
};

/**
 * Explains a cell that did not compile because of a magic such as `%timeit` or a shell command such as `!ls`.
 * @param problems what the type check found in the cell
 * @returns one sentence, or undefined if the cell has neither
 */
export function foreignSyntax(code: string, problems: readonly Problem[]): string | undefined {
  const lines = code.split('\n');
  for (const { file, line } of problems) {
    if (file !== undefined) continue;
    const text = (lines[line] ?? '').trim();
    const magic = /^(%%?)([a-z_]\w*)/i.exec(text);
    if (magic !== null) {
      const instead = INSTEAD[magic[2]] ?? 'write it in TypeScript';
      return `"${magic[0]}" is a magic command of Python's kernel, and cells here are TypeScript: ${instead}.`;
    }
    const command = /^!\s*([a-z][\w-]*(\s+[^\s=&|?<>+*/%,;].*)?)$/i.exec(text);
    if (command !== null) {
      const call = `execSync(${JSON.stringify(command[1].trim())}, { stdio: 'inherit' })`;
      return (
        `"${text}" runs a program in Python's kernel, and cells here are TypeScript: write ` +
        `import { execSync } from 'node:child_process'; and ${call}; instead.`
      );
    }
  }
  return undefined;
}
