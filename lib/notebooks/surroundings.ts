/** The environment of a batch: determined once, the same for all its runs, and kept with each result. */
import * as path from 'node:path';
import { describe, loadDataset } from '../data/load';
import type { SourceKind } from '../data/types';
import { type Circumstances, probeTensorFlow } from '../runtime/device';
import { UserError } from '../runtime/errors';
import { runsFolder } from '../runs/run-path';

export interface Surroundings {
  readonly node: string;
  readonly tensorflow: string;
  readonly device: 'GPU' | 'CPU';
  /** Names of the cards in use. */
  readonly gpus: readonly string[];
  /** Why no GPU is used. */
  readonly whyNoGpu?: string;
  readonly data: DataSurroundings;
}

export interface DataSurroundings {
  /** What figures call it: 'CIFAR-10', 'built-in sample', ... */
  readonly name: string;
  readonly kind: SourceKind;
  /** Name, sizes and shape, in words. */
  readonly description: string;
  /** sha256 of all images and labels. */
  readonly digest: string;
  readonly note?: string;
}

/** @throws UserError if TensorFlow doesn't work, or the requested data are unavailable */
export async function settle(
  circumstances: Circumstances,
): Promise<{ readonly surroundings: Surroundings; readonly environment: Readonly<Record<string, string>> }> {
  const [probe, { data, environment }] = await Promise.all([
    probeTensorFlow(circumstances),
    settleData(circumstances.env),
  ]);
  if (!probe.works || probe.device === 'none') throw new UserError(`${probe.problem ?? 'It has no device'}.`);
  const surroundings: Surroundings = {
    node: process.versions.node,
    tensorflow: probe.version ?? 'unknown',
    device: probe.device,
    gpus: probe.gpus.map(({ name }) => name),
    whyNoGpu: probe.whyNoGpu,
    data,
  };
  // Kernels start in other folders, where a relative path would mean something else.
  return { surroundings, environment: { ...environment, RUNS_DIR: path.resolve(runsFolder()) } };
}

/**
 * Determines the dataset, and downloads it if necessary, so that no notebook waits for a missing network, and all
 * notebooks of a batch use the same data.
 * @returns the data, and the environment variables with which every kernel finds them
 */
async function settleData(
  env: Circumstances['env'],
): Promise<{ data: DataSurroundings; environment: Readonly<Record<string, string>> }> {
  const dataset = await loadDataset();
  const { kind, location, digest, note } = dataset.source;
  const data = { name: dataset.name, kind, description: describe(dataset), digest, note };
  return { data, environment: environmentFor(kind, location, env.DATA_SOURCE) };
}

function environmentFor(kind: SourceKind, location: string, asked = ''): Record<string, string> {
  if (kind === 'sample') return { DATA_SOURCE: 'sample' };
  const namesFolder = !['', 'auto', 'cifar10'].includes(asked);
  if (namesFolder) return { DATA_SOURCE: path.resolve(asked) };
  return { DATA_SOURCE: 'cifar10', CIFAR10_DIR: path.resolve(location) };
}
