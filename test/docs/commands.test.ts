/**
 * The commands in README and docs name scripts and options that exist. `npm run stress:docs` goes further and runs
 * each of them in a fresh clone.
 */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { planRuns } from '../../lib/notebooks/plan';
import { readRequest } from '../../lib/notebooks/request';
import { projectRoot } from '../../lib/runtime/paths';
import { readArguments as readBench } from '../../scripts/bench/arguments';
import { readCommand } from '../../scripts/train/command-line';
import { commandsIn, documentedCommands, documents, filledIn } from './commands';

const { scripts } = JSON.parse(fs.readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

/** Programs of packages that readers are told to install. */
const brought = new Set(['jupytext', 'nbdiff']);

/** A filled-in command as the words that a shell makes of it, without variables in front. */
function wordsOf(command: string): string[] {
  const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((match) => match.slice(1).join(''));
  return words.slice(words.findIndex((word) => !/^[A-Z_0-9]+=/.test(word)));
}

/** The npm script that a command runs and its arguments; undefined if it is no npm command. */
function npmScript(command: string): { name: string; args: string[] } | undefined {
  const [program, ...words] = wordsOf(command).filter((word) => word !== '-s');
  if (program !== 'npm') return undefined;
  const name = words[0] === 'run' ? words[1] : words[0];
  const dashes = words.indexOf('--');
  return { name, args: dashes === -1 ? [] : words.slice(dashes + 1) };
}

test('commands are found in blocks, in inline code and in workflows, without comments and other programs', () => {
  const page = [
    'Type `npm run doctor` or `ls`.',
    '```sh',
    'git clone x && npm start   # sets up',
    'A=b npm run train -- NETWORK | grep x',
    '```',
    '```yaml',
    '- run: npm test',
    '```',
    '```ts',
    'npm run nothing',
    '```',
  ].join('\n');
  assert.deepEqual(
    commandsIn('page', page).map(({ place, text }) => `${place} ${text}`),
    ['page:1 npm run doctor', 'page:3 npm start', 'page:4 A=b npm run train -- NETWORK', 'page:7 npm test'],
  );
});

test('every documented command names a script, or a file, that exists', () => {
  const commands = documentedCommands();
  assert.ok(commands.length >= 30, `only ${commands.length} commands were found`);
  for (const command of commands) {
    const script = npmScript(filledIn(command));
    if (script) {
      assert.ok(Object.hasOwn(scripts, script.name), `${command.place}: ${command.text}`);
      continue;
    }
    const tool = /^\.venv\/bin\/(?!python\b)(\S+)/.exec(command.text)?.[1];
    if (tool !== undefined) {
      const exists = fs.existsSync(path.join(projectRoot, '.venv', 'bin', tool));
      assert.ok(exists || brought.has(tool), `${command.place}: ${command.text}`);
      continue;
    }
    const files = wordsOf(filledIn(command)).filter((word) => /\.(ts|js|py)$/.test(word));
    assert.ok(files.length > 0, `${command.place}: ${command.text} names no file`);
    for (const file of files)
      assert.ok(fs.existsSync(path.join(projectRoot, file)), `${command.place}: ${file}`);
  }
});

test('the documented options of training, of batches and of the bench are accepted', () => {
  // The notebooks have to have the parameters that are set.
  const plan = (args: readonly string[]): void => {
    const request = readRequest(args);
    const entries = request ? planRuns(request) : [];
    const refused = entries.flatMap((entry) => (entry.kind === 'refusal' ? [entry.refusal.reason] : []));
    assert.deepEqual(refused, []);
  };
  const readers: Readonly<Record<string, (args: readonly string[]) => unknown>> = {
    train: readCommand,
    start: plan,
    notebooks: plan,
    // There is no other checkout here.
    bench: (args) => readBench(args.filter((arg, i) => arg !== '--against' && args[i - 1] !== '--against')),
  };
  let read = 0;
  for (const command of documentedCommands()) {
    const script = npmScript(filledIn(command));
    if (!script || !Object.hasOwn(readers, script.name)) continue;
    // A network has to be named for anything but --help.
    if (script.name === 'train' && script.args.length === 0) continue;
    assert.doesNotThrow(() => readers[script.name](script.args), `${command.place}: ${command.text}`);
    read++;
  }
  assert.ok(read >= 10, `only ${read} command lines were read`);
});

test('every npm script is documented', () => {
  // What other scripts consist of.
  const parts = ['lint:map'];
  const documented = new Set(documentedCommands().map((command) => npmScript(filledIn(command))?.name));
  const missing = Object.keys(scripts).filter((name) => !documented.has(name) && !parts.includes(name));
  assert.deepEqual(missing, []);
});

test('links between the pages lead somewhere', () => {
  for (const page of documents()) {
    const text = fs.readFileSync(path.join(projectRoot, page), 'utf8');
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)) {
      const file = path.join(projectRoot, path.dirname(page), target);
      assert.ok(fs.existsSync(file), `${page} links to ${target}`);
    }
  }
});
