/** `npm run worker`: lets this clone do runs for others. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { codeFacts, imagesFact, keyOf, workerFacts } from '../../lib/cluster/facts';
import { needKeys } from '../../lib/cluster/keys';
import { connectionTo, readResources } from '../../lib/cluster/options';
import { describe, loadDataset } from '../../lib/data/load';
import { runCommand } from '../../lib/runtime/command';
import { UserError } from '../../lib/runtime/errors';
import { outputsDir, projectRoot, registerTs } from '../../lib/runtime/paths';
import { pythonProgram } from '../../lib/runtime/python';
import { daskEnvironment } from '../../lib/cluster/dask';
import { number } from '../train/values';
import type { WorkerSettings } from './worker-settings';

const usage = `Usage: npm run worker -- ADDRESS [options]

Does runs that others submit to the scheduler at ADDRESS, such as tls://host:8786 (docs/cluster.md), until Ctrl-C, which
lets running ones save. Others get only runs done that have the same code, packages, TensorFlow, Node and images.

  --slots N             how many runs at a time (default: 1)
  --resource NAME=N     what it has, such as GPU=1; submitters say what a run takes of it. Several are possible
  --data SOURCE         images that it has, as npm run train takes them; several are possible
                        (default: what DATA_SOURCE says, otherwise auto; the built-in sample is always there)
  --name NAME           its name in messages (default: this machine's, with the process)
  --folder FOLDER       for runs in the making (default: outputs/worker)
  --host HOST           the address of this machine at which others reach it (default: found by the way to the scheduler)
  --keys FOLDER         the keys made by npm run cluster-keys (default: cluster-keys)
  --plain               without encryption, though the scheduler is on another machine
  --help                prints this

TF_NUM_INTRAOP_THREADS=N and CUDA_VISIBLE_DEVICES=I, set for it, hold for its runs.`;

const text = { type: 'string' } as const;
const several = { type: 'string', multiple: true, default: [] as string[] } as const;
const flag = { type: 'boolean', default: false } as const;

async function main(args: readonly string[]): Promise<number | undefined> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      ...{ slots: text, name: text, folder: text, host: text, keys: text },
      ...{ resource: several, data: several, plain: flag, help: flag },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(usage);
    return undefined;
  }
  if (positionals.length !== 1) throw new UserError(`Name the address of one scheduler.\n\n${usage}`);
  const connection = connectionTo(positionals[0], values);
  needKeys(connection);
  const slots = number('--slots', values.slots) ?? 1;
  if (!Number.isInteger(slots) || slots < 1) throw new UserError(`--slots is ${slots}; expected 1 or more.`);
  const name = values.name ?? `${os.hostname()}-${process.pid}`;
  const folder = path.resolve(values.folder ?? path.join(outputsDir, 'worker'));
  fs.mkdirSync(folder, { recursive: true });
  const { facts, sources } = await findFacts(values.data);
  console.log(
    `Worker ${name}, ${slots} at a time: commit ${facts.code.commit ?? 'unknown'}, TensorFlow ${facts.code.tensorflow}.`,
  );
  const settings: WorkerSettings = {
    ...{ name, slots, folder, facts, sources, root: projectRoot },
    ...{
      address: connection.address,
      keys: connection.keys ?? null,
      resources: readResources(values.resource),
    },
    ...(values.host !== undefined && { host: values.host }),
    node: [process.execPath, '-r', registerTs, path.join(__dirname, 'job.ts')],
  };
  return runPython(settings);
}

async function findFacts(data: readonly string[]): Promise<Pick<WorkerSettings, 'facts' | 'sources'>> {
  const sources: Record<string, string> = {};
  const images = [];
  for (const source of [...(data.length > 0 ? data : [process.env.DATA_SOURCE ?? 'auto']), 'sample']) {
    const dataset = await loadDataset({ source });
    const fact = imagesFact(dataset);
    const key = keyOf('images', fact);
    if (key in sources) continue;
    sources[key] = ['auto', 'cifar10', 'sample'].includes(source) ? source : path.resolve(source);
    images.push(fact);
    console.log(`Images: ${describe(dataset)}`);
  }
  return { facts: workerFacts(codeFacts(), images), sources };
}

async function runPython(settings: WorkerSettings): Promise<number> {
  const child = spawn(
    pythonProgram('python'),
    ['-B', path.join(projectRoot, 'lib', 'cluster', 'worker.py'), JSON.stringify(settings)],
    { stdio: ['ignore', 'inherit', 'inherit'], env: daskEnvironment() },
  );
  // Ctrl-C reaches it by itself; this process waits for it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

runCommand(main);
