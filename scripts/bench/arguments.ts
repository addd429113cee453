import { parseArgs } from 'node:util';
import { contenderNamed, contenders, engineIn, type BenchOptions } from '../../lib/bench';
import { networkNamed, networks } from '../../lib/models';
import type { Precision } from '../../lib/recipe';
import { UserError } from '../../lib/runtime/errors';

export const usage = `Usage: npm run bench [-- options]

Measures how many images a second training takes in, with Adam and batches of 32 and 128, for each network in
${contenders.map(({ name, title, what }) => `  ${name.padEnd(7)} ${title}: ${what}`).join('\n')}

  --networks A,B    the networks to time (default: all)
  --batch N,M       images in a step (default: 32,128)
  --contenders A,B  the contenders to time (default: all that are installed)
  --install         installs PyTorch, JAX and jax-js in .bench (about 3 GB to download, 6.5 GB of disk), and times nothing
  --against DIR     times the engine of another checkout of this project as well; it has to be set up
  --precision P     float32 (default) or mixed_bfloat16
  --rounds N        how often to time each of them, in turn (default: 10)
  --seconds S       approximate length of a timing (default: 1)
  --check           times nothing: compares the numbers of parameters, and trains each contender on one batch of images,
                    whose loss has to fall
  --json FILE       also writes all timings to FILE
  --help            prints this

BENCH_TORCH_PYTHON and BENCH_JAX_PYTHON name a Python with PyTorch, or with Keras and JAX, and BENCH_JAX_JS a folder whose
node_modules have @jax-js/jax, to be used in place of those in .bench.`;

export interface Request extends BenchOptions {
  readonly check: boolean;
  readonly json: string | undefined;
}

const precisions: readonly Precision[] = ['float32', 'mixed_bfloat16'];

/** @throws UserError for options that don't exist or make no sense */
export function readArguments(args: readonly string[]): Request | 'help' | 'install' {
  const { values } = parseArguments(args);
  if (values.help) return 'help';
  if (values.install) return 'install';
  const list = (text: string): string[] => text.split(',').filter(Boolean);
  const names = values.networks === undefined ? Object.keys(networks) : list(values.networks);
  names.forEach(networkNamed);
  const named = values.contenders === undefined ? undefined : list(values.contenders).map(contenderNamed);
  const against = values.against === undefined ? [] : [engineIn(values.against)];
  return {
    networks: names,
    batches: list(values.batch).map((text) => positive('--batch', text, Number.isInteger)),
    contenders: [...(named ?? contenders), ...against],
    required: [...(named ?? []), ...against],
    precision: precisionNamed(values.precision),
    rounds: positive('--rounds', values.rounds, Number.isInteger),
    seconds: positive('--seconds', values.seconds, Number.isFinite),
    check: values.check,
    json: values.json,
  };
}

function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        networks: { type: 'string' },
        batch: { type: 'string', default: '32,128' },
        contenders: { type: 'string' },
        install: { type: 'boolean', default: false },
        against: { type: 'string' },
        precision: { type: 'string', default: 'float32' },
        rounds: { type: 'string', default: '10' },
        seconds: { type: 'string', default: '1' },
        check: { type: 'boolean', default: false },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${usage}`);
  }
}

function positive(option: string, text: string, fits: (value: number) => boolean): number {
  const value = Number(text);
  if (fits(value) && value > 0) return value;
  throw new UserError(`${option} is "${text}", but has to be a number above 0.\n\n${usage}`);
}

function precisionNamed(text: string): Precision {
  const found = precisions.find((each) => each === text);
  if (found) return found;
  throw new UserError(`--precision is "${text}", but has to be one of: ${precisions.join(', ')}.`);
}
