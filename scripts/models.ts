/** `npm run models`: prints the networks, or one of them layer by layer, as tables or as JSON. */
import { parseArgs } from 'node:util';
import { networkNamed, networks, summary, type ModelSummary, type Network, type Paper } from '../lib/models';
import { runCommand } from '../lib/runtime/command';
import { UserError } from '../lib/runtime/errors';
import { summaryTable } from '../lib/show/summary';
import { table, tableText } from '../lib/show/table';

const usage = `Usage: npm run models [-- [NAME] [options]]

Prints the networks with their papers, parameters and multiply-adds for one image. With a NAME, prints that network
layer by layer, with its depth, its receptive field and the memory of its activations for one batch.

  --batch IMAGES  images in a batch (default: 32)
  --json          prints the same as JSON, with the layers
  --help          prints this`;

interface Request {
  readonly name: string | undefined;
  readonly batchSize: number;
  readonly json: boolean;
}

/** A network of the registry, with its parameters and costs. */
interface Described {
  readonly network: Network;
  readonly counted: ModelSummary;
}

function readArguments(args: readonly string[]): Request | undefined {
  const { values, positionals } = parseArguments(args);
  if (values.help) return undefined;
  if (positionals.length > 1)
    throw new UserError(`Give one name, not ${positionals.join(' and ')}.\n\n${usage}`);
  const batchSize = Number(values.batch);
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new UserError(`--batch is ${values.batch}, but has to be a whole number of at least 1.`);
  }
  return { name: positionals[0], batchSize, json: values.json };
}

function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        batch: { type: 'string', default: '32' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${usage}`);
  }
}

function described(network: Network, batchSize: number): Described {
  const model = network.build();
  const counted = summary(model, { batchSize });
  model.dispose();
  return { network, counted };
}

function data({ network: { idea, paper }, counted }: Described): object {
  const { name, title, ...counts } = counted;
  return { name, title, idea, paper, ...counts };
}

function registryText(all: readonly Described[]): string {
  const rows = all.map(({ network: { paper }, counted }) => ({
    name: counted.name,
    paper: citation(paper),
    total: counted.parameters,
    trainable: counted.trainable,
    nonTrainable: counted.nonTrainable,
    multiplyAdds: counted.multiplyAdds,
  }));
  const count = (value: number): string => value.toLocaleString('en-US');
  return tableText(
    table(rows, {
      labels: { nonTrainable: 'non-trainable', multiplyAdds: 'multiply-adds' },
      format: { total: count, trainable: count, nonTrainable: count, multiplyAdds: count },
    }),
  );
}

/** LeCun et al. 1998 */
function citation({ authors, year }: Paper): string {
  const names = authors.split(/, | & /);
  return `${names.length > 2 ? `${names[0]} et al.` : authors} ${year}`;
}

function networkText({ network: { idea, paper }, counted }: Described): string {
  const { depth, receptiveField } = counted;
  return [
    tableText(summaryTable(counted, true)),
    '',
    `Idea: ${idea}.`,
    `Paper: ${paper.authors}, "${paper.title}", ${paper.year}, ${paper.url}`,
    `Depth: ${depth} weighted layers. Receptive field of the last feature map: ${receptiveField} × ${receptiveField} pixels.`,
  ].join('\n');
}

function answer({ name, batchSize, json }: Request): string {
  if (name !== undefined) {
    const one = described(networkNamed(name), batchSize);
    return json ? JSON.stringify(data(one), null, 2) : networkText(one);
  }
  const all = Object.values(networks).map((network) => described(network, batchSize));
  return json ? JSON.stringify(all.map(data), null, 2) : registryText(all);
}

/** Resolves when everything is written, even to a pipe. */
function print(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(`${text}\n`, () => {
      resolve();
    });
  });
}

async function main(args: readonly string[]): Promise<undefined> {
  const request = readArguments(args);
  await print(request === undefined ? usage : answer(request));
  return undefined;
}

runCommand(main);
