/** The content of a checkpoint: the network as tfjs loads it, the optimizer's slots, and the state of training. */
import { modelBytes, parseWeights } from '../models/weights/files';
import type { NamedArray, NamedArrays } from '../models/weights/named';
import type { tf } from '../runtime/tensorflow';
import { DamagedError, type Files } from './sealed-folder';
import { lastingNames, renamed } from './lasting-names';
import type { Architecture } from './run-files';
import type { TrainingState } from './state';

export interface Checkpoint {
  readonly state: TrainingState;
  /** All weights of the network, also those that are not trained, by their keys in lasting names. */
  readonly weights: NamedArrays;
  /** By `key/slot`, in lasting names too. Empty for a checkpoint that is only to be evaluated. */
  readonly slots: NamedArrays;
  /** Whether slots that training would need were left out on the way from another machine. */
  readonly incomplete: boolean;
}

/** The checkpoint is whole, but of another run. */
export class OtherRunError extends DamagedError {}

/** state.json */
interface StateFile {
  /** The fingerprint of its run's settings. */
  readonly run: string;
  readonly state: TrainingState;
  /** Their values are in slots.bin, in this order. */
  readonly slots: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** True if slots were left out on the way from another machine: there is no training on from here. */
  readonly incomplete?: true;
}

const names = {
  model: 'model.json',
  weights: 'weights.bin',
  slots: 'slots.bin',
  state: 'state.json',
} as const;

/**
 * @param run fingerprint of the run's settings
 * @param slots in lasting names; the network keeps its own names, as tfjs writes it
 */
export async function checkpointFiles(
  run: string,
  model: tf.LayersModel,
  slots: NamedArrays,
  state: TrainingState,
): Promise<Files> {
  const { weights, description } = await modelBytes(model);
  const specs = [...slots].map(([name, { shape }]) => ({ name, shape }));
  const content: StateFile = { run, state, slots: specs };
  return new Map<string, Uint8Array>([
    [names.model, Buffer.from(description(names.weights))],
    [names.weights, weights],
    ...(slots.size > 0 ? ([[names.slots, joined(slots)]] as const) : []),
    [names.state, Buffer.from(`${JSON.stringify(content, null, 2)}\n`)],
  ]);
}

/** @throws DamagedError if the files belong to another run, or one is missing */
export function parseCheckpoint(run: string, files: Files): Checkpoint {
  const file = (name: string): Uint8Array => {
    const bytes = files.get(name);
    if (!bytes) throw new DamagedError(`is damaged: its manifest does not list ${name}`);
    return bytes;
  };
  const text = (name: string): string => Buffer.from(file(name)).toString();
  const content = JSON.parse(text(names.state)) as StateFile;
  if (content.run !== run) throw new OtherRunError('belongs to a run with other options');
  const model = text(names.model);
  const { modelTopology } = JSON.parse(model) as { modelTopology: Architecture };
  return {
    state: content.state,
    weights: renamed(parseWeights(model, file(names.weights)), lastingNames(modelTopology)),
    slots: content.slots.length === 0 ? new Map() : split(file(names.slots), content.slots),
    incomplete: content.incomplete === true,
  };
}

/** Where the run stood. */
export function stateIn(files: Files): TrainingState {
  const state = files.get(names.state);
  if (!state) throw new DamagedError(`is damaged: its manifest does not list ${names.state}`);
  return (JSON.parse(Buffer.from(state).toString()) as StateFile).state;
}

/**
 * A checkpoint without most of its slots, which are twice the size of the weights: enough to evaluate the network.
 * @param keeps tells the slots to keep by their names
 */
export function withoutSlots(files: Files, keeps: (name: string) => boolean): Files {
  const [state, bytes] = [files.get(names.state), files.get(names.slots)];
  if (!state || !bytes) return files;
  const content = JSON.parse(Buffer.from(state).toString()) as StateFile;
  const kept = new Map([...split(bytes, content.slots)].filter(([name]) => keeps(name)));
  if (kept.size === content.slots.length) return files;
  const slots = [...kept].map(([name, { shape }]) => ({ name, shape }));
  const others = [...files].filter(([name]) => name !== names.slots && name !== names.state);
  const text = `${JSON.stringify({ ...content, slots, incomplete: true }, null, 2)}\n`;
  return new Map<string, Uint8Array>([
    ...others,
    ...(kept.size > 0 ? ([[names.slots, joined(kept)]] as const) : []),
    [names.state, Buffer.from(text)],
  ]);
}

function joined(arrays: NamedArrays): Uint8Array {
  return Buffer.concat(
    [...arrays.values()].map(({ values }) =>
      Buffer.from(values.buffer, values.byteOffset, values.byteLength),
    ),
  );
}

function split(bytes: Uint8Array, specs: StateFile['slots']): NamedArrays {
  const arrays = new Map<string, NamedArray>();
  let offset = bytes.byteOffset;
  for (const { name, shape } of specs) {
    const length = 4 * shape.reduce((total, size) => total * size, 1);
    const values = new Float32Array(bytes.buffer.slice(offset, offset + length));
    arrays.set(name, { shape, values });
    offset += length;
  }
  return arrays;
}
