/** `npm run scheduler`: Dask's scheduler, which gives runs to workers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { needKeys } from '../../lib/cluster/keys';
import { isLoopback, keysFolder } from '../../lib/cluster/options';
import { runCommand } from '../../lib/runtime/command';
import { UserError } from '../../lib/runtime/errors';
import { projectRoot } from '../../lib/runtime/paths';
import { pythonProgram } from '../../lib/runtime/python';
import { daskEnvironment } from '../../lib/cluster/dask';

const usage = `Usage: npm run scheduler [-- options]

Runs the scheduler of a cluster (docs/cluster.md) until Ctrl-C. It takes little of its machine.

  --host HOST           the address to listen on: 0.0.0.0 for all of this machine's (default: 127.0.0.1, only this one)
  --port N              (default: 8786)
  --patience SECONDS    how long a worker may be silent before its runs go to others (default: 60)
  --keys FOLDER         the keys made by npm run cluster-keys (default: cluster-keys)
  --plain               without encryption; on 127.0.0.1 that is the default
  --tls                 encrypted on 127.0.0.1 too
  --help                prints this`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

async function main(args: readonly string[]): Promise<number | undefined> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { ...text, default: '127.0.0.1' },
      port: { ...text, default: '8786' },
      patience: { ...text, default: '60' },
      keys: { ...text, default: keysFolder },
      ...{ plain: flag, tls: flag, help: flag },
    },
  });
  if (values.help) {
    console.log(usage);
    return undefined;
  }
  const { host, port, patience, plain, tls } = values;
  for (const [option, value] of [
    ['--port', port],
    ['--patience', patience],
  ]) {
    if (!(Number(value) > 0)) throw new UserError(`${option} is "${value}", but has to be a number above 0.`);
  }
  if (plain && tls) throw new UserError('--plain and --tls contradict each other.');
  const isPlain = plain || (isLoopback(host) && !tls);
  const keys = isPlain ? undefined : path.resolve(values.keys);
  needKeys({ address: '', keys });
  const child = spawn(
    pythonProgram('python'),
    [
      ...['-B', path.join(projectRoot, 'lib', 'cluster', 'scheduler.py')],
      ...['--host', host, '--port', port, '--patience', patience],
      ...(keys === undefined ? [] : ['--keys', keys]),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: daskEnvironment() },
  );
  // Ctrl-C reaches it by itself; this process waits for it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  child.stdout.once('data', (address: Buffer) => {
    console.log(`The scheduler is at ${address.toString().trim()}. Workers: npm run worker -- ADDRESS`);
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

runCommand(main);
