/** The networks of finished runs, for the page. */
import * as path from 'node:path';
import { CheckpointStore } from '../runs/checkpoint-store';
import { readRuns, type RunRecord } from '../runs/read-runs';
import { encodeWeights, type WeightSpec } from '../models/weights/quantise';
import { UserError } from '../runtime/errors';
import type { Offered } from './offers';
import type { NetworkFacts, NetworkPack } from './pack';
import { type Description, packed } from './network-pack';

export interface RunOffersOptions {
  /** The folder that holds the runs. Defaults to `runsFolder()`. */
  readonly folder?: string;
  /** Called with a sentence for each run that can't be read. Defaults to printing it. */
  readonly onNotice?: (message: string) => void;
}

/** The finished runs that were measured on test images, newest first: those tell what their classes are called. */
export async function runOffers(options: RunOffersOptions = {}): Promise<Offered[]> {
  const runs = await readRuns(options);
  return runs
    .filter(({ status, evaluation }) => status === 'finished' && evaluation !== undefined)
    .reverse()
    .map((run): Offered => {
      const { label, network, dataset, name } = run;
      // A run may be called like the record of a published network.
      const id = `run-${name}`;
      const title = `${label ?? network.title} (${name}, on ${dataset.name})`;
      return { kind: 'network', id, title, facts: factsOf(run), make: () => packOf(run, id, title) };
    });
}

function factsOf({ dataset, recipe, history, evaluation }: RunRecord): NetworkFacts {
  return {
    dataset: dataset.name,
    recipe: 'a recipe of its own',
    seed: recipe.seed,
    epochs: history?.epochs.length ?? 0,
    accuracy: evaluation?.accuracy ?? null,
  };
}

async function packOf(run: RunRecord, id: string, title: string): Promise<NetworkPack> {
  const { name, folder, recipe, evaluation } = run;
  const store = new CheckpointStore(path.join(folder, 'checkpoints'));
  const found = await store.load(
    recipe.keep === 'best' ? 'best' : 'last',
    (files) => ({ model: files.get('model.json'), weights: files.get('weights.bin') }),
    () => undefined,
  );
  if (!found?.model || !found.weights) {
    throw new UserError(`The run "${name}" has no whole checkpoint in ${folder}. Train it again.`);
  }
  const { modelTopology, weightsManifest } = JSON.parse(
    Buffer.from(found.model).toString(),
  ) as Description<WeightSpec>;
  const entries = weightsManifest.flatMap(({ weights }) => weights);
  const { bytes, specs } = encodeWeights(entries, found.weights, 'float16');
  return packed({
    ...{ id, title, classNames: evaluation!.classNames, facts: factsOf(run) },
    imageShape: inputShape(modelTopology, name),
    ...{ topology: modelTopology, entries: specs, weights: bytes, trained: recipe },
  });
}

/** Of a network's one input, [height, width, channels]. */
function inputShape(topology: object, run: string): [number, number, number] {
  const { config } = topology as { readonly config: { readonly layers: readonly Layer[] } };
  const shapes = config.layers.flatMap(({ config: { batch_input_shape: shape } }) => (shape ? [shape] : []));
  const [shape] = shapes;
  if (shapes.length === 1 && shape.length === 4) {
    const [, height, width, channels] = shape;
    if (height !== null && width !== null && channels !== null) return [height, width, channels];
  }
  throw new UserError(`The network of the run "${run}" takes something else than one image of a fixed size.`);
}

interface Layer {
  readonly config: { readonly batch_input_shape?: readonly (number | null)[] };
}
