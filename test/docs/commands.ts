/** The commands that README and docs tell people to type. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { projectRoot } from '../../lib/runtime/paths';

export interface DocumentedCommand {
  /** Where it stands: `docs/runs.md:12`. */
  readonly place: string;
  /** As it stands there, without its comment: `npm run train -- NETWORK`. */
  readonly text: string;
}

/** Every page for users and contributors. */
export function documents(): string[] {
  const inDocs = fs.readdirSync(path.join(projectRoot, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', ...inDocs.map((name) => `docs/${name}`), 'data/README.md', 'outputs/README.md'];
}

/** A command of the project, after what may stand before it: variables, a pipe, the `- run:` of a workflow. */
const ours = /^(?:[A-Z_0-9]+=\S+ )*(?:npm (?:run|start|test)\b|node |\.venv\/bin\/)/;

/** All commands of a page, from its shell blocks and from `inline code`. Other programs' commands are left out. */
export function commandsIn(page: string, text: string): DocumentedCommand[] {
  const found: DocumentedCommand[] = [];
  let block: string | null = null;
  text.split('\n').forEach((line, i) => {
    const fence = /^\s*```(\w*)/.exec(line);
    if (fence) {
      block = block === null ? fence[1] : null;
      return;
    }
    const pieces =
      block === null
        ? [...line.matchAll(/`([^`]+)`/g)].map(([, code]) => code)
        : ['', 'sh', 'yaml'].includes(block)
          ? shellCommands(line)
          : [];
    for (const piece of pieces) {
      if (ours.test(piece)) found.push({ place: `${page}:${i + 1}`, text: piece });
    }
  });
  return found;
}

/** The commands of one line of a shell script, or of a workflow's step. */
function shellCommands(line: string): string[] {
  const code = line.replace(/^\s*- run: /, '').replace(/(^|\s)#.*$/, '');
  return code.split(/&&|\|\|?|;/).map((each) => each.trim());
}

/** Every command that is documented, each once. */
export function documentedCommands(): DocumentedCommand[] {
  const all = documents().flatMap((page) =>
    commandsIn(page, fs.readFileSync(path.join(projectRoot, page), 'utf8')),
  );
  return all.filter(({ text }, i) => all.findIndex((other) => other.text === text) === i);
}

/** What the words that stand for something are filled in with. */
const fillings: readonly (readonly [RegExp, string])[] = [
  [/\bNETWORK\b/g, 'lenet5'],
  [/\bNAME\b/g, 'lenet5'],
  [/\bFILE\b/g, 'outputs/written.json'],
  [/\bDIR\b/g, 'outputs/elsewhere'],
];

/** The command with its placeholders filled in, as bash takes it. */
export function filledIn({ text }: DocumentedCommand): string {
  return fillings.reduce((command, [word, value]) => command.replace(word, value), text);
}
