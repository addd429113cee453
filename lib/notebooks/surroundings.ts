/** What a batch finds around it: settled once, the same for all of its runs, and kept with each result. */
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
  /** Why it is no GPU. */
  readonly whyNoGpu?: string;
  readonly data: DataSurroundings;
}

export interface DataSurroundings {
  /** What figures call it: 'CIFAR-10', 'built-in sample', ... */
  readonly name: string;
  readonly kind: SourceKind;
  /** Name, sizes and shape, for people. */
  readonly description: string;
  /** sha256 of all images and labels. */
  readonly digest: string;
  readonly note?: string;
}

/** @throws UserError if TensorFlow does not run, or the data that were asked for can't be had */
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
  // Kernels start in other folders: a relative path would lead each of them elsewhere.
  return { surroundings, environment: { ...environment, RUNS_DIR: path.resolve(runsFolder()) } };
}

/**
 * Finds out which data serve, downloading them if need be, so that no notebook waits for a network that is not
 * there, and that all of a batch have the same.
 * @returns the data, and the environment that leads every kernel to them, wherever it starts
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
