/** What a command line says about the cluster that its runs go to. */
import * as path from 'node:path';
import { UserError } from '../runtime/errors';
import { projectRoot } from '../runtime/paths';

/** Where `npm run cluster-keys` puts the keys, and everything looks for them. Not committed. */
export const keysFolder = path.join(projectRoot, 'cluster-keys');

/** How to reach a scheduler. */
export interface Connection {
  /** `tls://host:port` or `tcp://host:port` */
  readonly address: string;
  /** The folder with the keys; undefined for a connection without encryption. */
  readonly keys: string | undefined;
}

/** What each run takes of a worker, such as `GPU: 1`; workers say what they have. */
export type Resources = Readonly<Record<string, number>>;

export interface ClusterOptions {
  readonly connection: Connection;
  readonly resources: Resources;
  /** A submission that is there already; nothing new is submitted. */
  readonly attach: boolean;
  /** Leave once all runs are submitted. */
  readonly detach: boolean;
}

export const clusterOptions = {
  cluster: { type: 'string' },
  plain: { type: 'boolean', default: false },
  keys: { type: 'string' },
  resource: { type: 'string', multiple: true },
  attach: { type: 'boolean', default: false },
  detach: { type: 'boolean', default: false },
} as const;

export const clusterUsage = `On other machines (docs/cluster.md):
  --cluster ADDRESS     sends the runs to the workers of this scheduler, such as tls://host:8786, and brings the
                        results back; the same command again goes on where it was
  --resource NAME=N     what a run takes of what a worker has, such as GPU=1; several are possible
  --runs FOLDER         with --cluster: a folder that all workers share, in which runs are kept while they train; the
                        run of a worker that dies then goes on from its last checkpoint, and not from its beginning
  --detach              of npm run train: leaves as soon as everything is submitted; --attach, with the same command,
                        only comes back
  --keys FOLDER         the keys made by npm run cluster-keys (default: cluster-keys)
  --plain               without encryption, though the scheduler is on another machine: whoever reaches its port can
                        then run programs on every worker`;

interface Values {
  readonly cluster?: string;
  readonly plain: boolean;
  readonly keys?: string;
  readonly resource?: readonly string[];
  readonly attach: boolean;
  readonly detach: boolean;
}

/**
 * @returns undefined without `--cluster`
 * @throws UserError for an address or a resource of another form, or options that need `--cluster`
 */
export function readClusterOptions(values: Values): ClusterOptions | undefined {
  const { cluster, plain, keys, resource = [], attach, detach } = values;
  if (cluster === undefined) {
    const lost = [
      ...(attach ? ['--attach'] : []),
      ...(detach ? ['--detach'] : []),
      ...(resource.length > 0 ? ['--resource'] : []),
    ];
    if (lost.length > 0) throw new UserError(`${lost[0]} needs --cluster with the address of a scheduler.`);
    return undefined;
  }
  if (attach && detach) throw new UserError('--attach and --detach contradict each other.');
  return {
    connection: connectionTo(cluster, { plain, keys }),
    resources: readResources(resource),
    attach,
    detach,
  };
}

/**
 * The connection to a scheduler: encrypted, unless it is on this machine or the user asked for none.
 * @throws UserError if the address is none, or it is one without encryption on another machine
 */
export function connectionTo(
  address: string,
  { plain = false, keys = keysFolder }: { plain?: boolean; keys?: string } = {},
): Connection {
  const parts = /^(tcp|tls):\/\/(\[[^\]]+\]|[^:/]+):\d+$/.exec(address);
  if (!parts) {
    throw new UserError(`The scheduler's address is "${address}", but has to look like tls://host:8786.`);
  }
  const [, scheme, host] = parts;
  if (scheme === 'tls') return { address, keys: path.resolve(keys) };
  if (plain || isLoopback(host)) return { address, keys: undefined };
  throw new UserError(
    `${address} would be reached without encryption, and whoever reaches a scheduler can run programs on its workers. ` +
      'Use tls:// with keys (npm run cluster-keys), or say --plain if everybody in this network may do that.',
  );
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** @throws UserError for a word that is not `NAME=N` */
export function readResources(words: readonly string[]): Resources {
  return Object.fromEntries(
    words.map((word) => {
      const parts = /^([A-Za-z][\w-]*)=(\d+(?:\.\d+)?)$/.exec(word);
      if (!parts || Number(parts[2]) === 0) {
        throw new UserError(`--resource ${word}: expected a name and an amount above 0, such as GPU=1.`);
      }
      return [parts[1], Number(parts[2])];
    }),
  );
}
