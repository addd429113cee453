/** Contenders for tests: small programs that answer the bench's questions with what they are told to. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { ContenderInfo } from '../../lib/bench';
import type { DescribeAnswer, PrepareAnswer } from '../../lib/bench/protocol';

export interface Fake {
  readonly name: string;
  /** Seconds that it claims for a step of 32 images, in its first call, its second, ...; the last one stays. */
  readonly stepSeconds?: readonly number[];
  readonly describe?: Partial<DescribeAnswer>;
  readonly prepare?: Partial<PrepareAnswer>;
  /** Its loss after some training. */
  readonly loss?: number;
}

export const newFolder = (): string => fs.mkdtempSync(path.join(os.tmpdir(), 'bench-'));

// Writes each question, with its name and what hides the GPU, into a file that all fakes share.
const program = `
const fs = require('node:fs');
const [log, text] = process.argv.slice(1);
const fake = JSON.parse(text);
const seconds = fake.stepSeconds ?? [0.01];
let calls = 0;
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const question = JSON.parse(line);
  const gpu = process.env.CUDA_VISIBLE_DEVICES;
  fs.appendFileSync(log, JSON.stringify({ name: fake.name, gpu, folder: process.cwd(), ...question }) + '\\n');
  const answers = {
    describe: () => ({ description: 'fake', ...fake.describe }),
    prepare: () => ({ seconds: 1, ...fake.prepare }),
    train: () => ({
      images: 32 * question.steps,
      seconds: question.steps * seconds[Math.min(calls++, seconds.length - 1)],
      loss: fake.loss,
    }),
  };
  console.log(JSON.stringify(answers[question.ask]()));
});
`;

export function fakeContender(log: string, fake: Fake): ContenderInfo {
  return {
    name: fake.name,
    title: `title of ${fake.name}`,
    what: 'a fake',
    command: [process.execPath, '-e', program, log, JSON.stringify(fake)],
  };
}

/** What the fakes were asked, in order. */
export function asked(log: string): Readonly<Record<string, unknown>>[] {
  return fs
    .readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
