/**
 * Runs every command of README and docs in a fresh clone of what is committed, as a reader would, on the built-in
 * sample unless DATA_SOURCE or CIFAR10_DIR says otherwise. A command has to end with 0 or, if it takes longer than
 * its time, to stop in good order at Ctrl-C. About half an hour: `npm run stress:docs`; `-- TEXT` runs only the
 * commands that contain TEXT, `-- --seconds 20` gives each less time.
 */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../../lib/runtime/paths';
import { documentedCommands, filledIn, type DocumentedCommand } from '../docs/commands';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' } },
});

/** Seconds that a command has before it gets Ctrl-C, and that it then has to end. */
const TIME_S = Number(values.seconds);
const STOPPING_S = 90;
/** That of a run of the whole collection in its smallest profile, on which others build. */
const WHOLE_S = 900;

const whole = 'npm start -- --profile tiny';

/** Exports need the whole collection executed, and other batches would overwrite it: they come right after it. */
function turn({ text }: DocumentedCommand): number {
  return text === whole ? 0 : text.startsWith('npm run export') ? 1 : 2;
}

/** Why a command is not run here. */
const left: Readonly<Record<string, string>> = {
  'npm test': 'is what runs before every landing',
  'npm run test:unit': 'is a part of npm test',
  'npm run stress:docs': 'is this',
  'npm run bench -- --install': 'downloads 3 GB',
};

/** Codes of commands that need what a machine may lack, with the sentence that they then have to print. */
const refusals: readonly (readonly [RegExp, RegExp])[] = [
  [/data -- fetch/, /could not be reached|cannot be reached|none of the hosts|no host|network/i],
  [/data -- verify/, /There is no .* to verify/],
  [/export/, /Chromium/],
  [/--against/, /which is no checkout/],
  [/DATA_SOURCE=cifar10/, /CIFAR-10/],
  [/published -- add/, /can't be published|There is no run/],
  [/published -- verify/, /are not those of the record/],
  [/npm run tensorboard/, /There is nothing to show yet/],
  [/reproduce/, /There is no published result/],
  [/--cluster tls:/, /There is no ca\.pem/],
];

interface Outcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly interrupted: boolean;
  readonly seconds: number;
}

function run(command: string, clone: string): Promise<Outcome> {
  const start = performance.now();
  // A group of its own gets Ctrl-C as a terminal would send it.
  const child = spawn('bash', ['-c', command], {
    cwd: clone,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { DATA_SOURCE: process.env.CIFAR10_DIR ? 'auto' : 'sample', ...process.env },
  });
  const time = command === whole ? WHOLE_S : TIME_S;
  let output = '';
  let interrupted = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-child.pid!, name);
    } catch {
      // It has ended in the meantime.
    }
  };
  const interrupt = setTimeout(() => {
    interrupted = true;
    signal('SIGINT');
  }, time * 1000);
  const kill = setTimeout(
    () => {
      signal('SIGKILL');
    },
    (time + STOPPING_S) * 1000,
  );
  return new Promise((resolve) => {
    child.once('close', (code, by) => {
      clearTimeout(interrupt);
      clearTimeout(kill);
      resolve({ code, signal: by, output, interrupted, seconds: (performance.now() - start) / 1000 });
    });
  });
}

/** @returns what is wrong with how a command ended; undefined if nothing is */
function problemOf(command: string, { code, signal, output, interrupted }: Outcome): string | undefined {
  if (signal === 'SIGKILL') return `did not stop within ${STOPPING_S} s of Ctrl-C`;
  if (interrupted)
    return /\n\s+at .*\(.*:\d+:\d+\)/.test(output) ? 'printed a stack when it was stopped' : undefined;
  if (code === 0) return undefined;
  const isRefusal = refusals.some(([which, sentence]) => which.test(command) && sentence.test(output));
  return isRefusal ? undefined : `ended with ${signal ?? code}`;
}

async function main(only: string | undefined): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'docs-'));
  const clone = path.join(folder, 'clone');
  let failed = 0;
  try {
    const setUp = await runWhole(`git clone -q ${projectRoot} ${clone} && cd ${clone} && npm run setup`);
    if (setUp !== 0) throw new Error(`set-up of the clone ended with ${setUp}`);
    const commands = documentedCommands().sort((a, b) => turn(a) - turn(b));
    for (const command of commands) {
      const line = filledIn(command);
      if (only !== undefined && line !== whole && !line.includes(only)) continue;
      failed += (await check(command, line, clone)) ? 0 : 1;
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  console.log(failed === 0 ? 'Every command does what it says.' : `${failed} failed.`);
  process.exitCode = failed === 0 ? 0 : 1;
}

async function check({ place, text }: DocumentedCommand, line: string, clone: string): Promise<boolean> {
  if (Object.hasOwn(left, text)) {
    console.log(`--      ${text}: ${left[text]}`);
    return true;
  }
  if (line.includes('$CIFAR10_DIR') && !process.env.CIFAR10_DIR) {
    console.log(`--      ${text}: needs CIFAR10_DIR`);
    return true;
  }
  const outcome = await run(line, clone);
  const problem = problemOf(line, outcome);
  const how = outcome.interrupted ? 'stopped' : `code ${outcome.code ?? outcome.signal}`;
  console.log(
    `${problem ? 'FAILED' : 'ok'.padEnd(6)}  ${text}: ${how} after ${outcome.seconds.toFixed(0)} s`,
  );
  if (problem)
    console.log(`        ${place}: ${problem}\n${outcome.output.split('\n').slice(-15).join('\n')}`);
  return problem === undefined;
}

function runWhole(command: string): Promise<number | null> {
  const child = spawn('bash', ['-c', command], { stdio: 'inherit' });
  return new Promise((resolve) => child.once('close', resolve));
}

void main(positionals.at(0));
