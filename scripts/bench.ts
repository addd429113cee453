/** `npm run bench`: times how fast the networks train in this project and in other libraries, in turn. */
import * as os from 'node:os';
import { parseArgs } from 'node:util';
import { bench, benchText, Contender, contenders, ratios, type ContenderName } from '../lib/bench';
import { networkNamed, networks } from '../lib/models';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';
import { jsonWriter } from '../lib/runtime/json-file';

const usage = `Usage: npm run bench [-- options]

Measures how many images a second training takes in, with Adam and batches of 32 and 128, for each network in
${Object.entries(contenders)
  .map(([name, { title, what }]) => `  ${name.padEnd(7)} ${title}: ${what}`)
  .join('\n')}

  --networks A,B   the networks to time (default: all six)
  --batch N,M      images in a step (default: 32,128)
  --contenders A,B the contenders to time (default: all that are installed)
  --rounds N       how often to time each of them, in turn (default: 5)
  --seconds S      approximate length of a timing (default: 2)
  --json FILE      also writes all timings to FILE
  --help           prints this`;

interface Request {
  readonly networks: readonly string[];
  readonly batches: readonly number[];
  readonly contenders: readonly ContenderName[] | undefined;
  readonly rounds: number;
  readonly seconds: number;
  readonly json: string | undefined;
}

function readArguments(args: readonly string[]): Request | undefined {
  const { values } = parseArguments(args);
  if (values.help) return undefined;
  const list = (text: string): string[] => text.split(',').filter(Boolean);
  const names = values.networks === undefined ? Object.keys(networks) : list(values.networks);
  names.forEach(networkNamed);
  return {
    networks: names,
    batches: list(values.batch).map((text) => positive('--batch', text, Number.isInteger)),
    contenders: values.contenders === undefined ? undefined : list(values.contenders).map(contenderNamed),
    rounds: positive('--rounds', values.rounds, Number.isInteger),
    seconds: positive('--seconds', values.seconds, Number.isFinite),
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
        rounds: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '2' },
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

function contenderNamed(name: string): ContenderName {
  if (Object.hasOwn(contenders, name)) return name as ContenderName;
  throw new UserError(
    `No contender is called "${name}". Choose from: ${Object.keys(contenders).join(', ')}.`,
  );
}

/** All contenders, but without PyTorch if it is not installed, which is then printed. */
async function installed(): Promise<ContenderName[]> {
  const torch = new Contender('torch');
  const found = await torch.describe().then(
    () => true,
    () => false,
  );
  torch.end();
  if (!found) {
    console.log(
      'PyTorch is not installed, so its column is missing. Set BENCH_TORCH_PYTHON to a Python that has it.\n',
    );
  }
  return (Object.keys(contenders) as ContenderName[]).filter((name) => name !== 'torch' || found);
}

async function main(args: readonly string[]): Promise<undefined> {
  const request = readArguments(args);
  if (!request) {
    console.log(usage);
    return undefined;
  }
  const writeJson = jsonWriter(request.json);
  const result = await bench({
    ...request,
    contenders: request.contenders ?? (await installed()),
    onProgress: (text) => {
      console.error(`… ${text}`);
    },
  });
  const processor = `${os.cpus()[0].model.trim()}, ${os.cpus().length} cores`;
  console.log(`${benchText(result)}\n\n${processor}`);
  writeJson({ date: new Date().toISOString(), processor, ...result, ratios: ratios(result) });
  return undefined;
}

runCommand(main);
