/** Networks as the page takes them. */
import { trainedWith } from '../evaluate/trained-with';
import { modelBytes } from '../models/weights/files';
import type { KernelType } from '../models/weights/quantise';
import type { Loss, Normalisation } from '../recipe';
import { takesLogits } from '../recipe/losses';
import { UserError } from '../runtime/errors';
import type { tf } from '../runtime/tensorflow';
import type { BlueprintPack, NetworkFacts, NetworkPack, PixelScale, WeightEntry } from './pack';

export interface PackedAs {
  readonly id: string;
  readonly title: string;
  readonly classNames: readonly string[];
  readonly facts?: NetworkFacts | null;
  /** How kernels are stored. Defaults to float16. */
  readonly kernels?: KernelType;
}

/** What is read of a model.json. */
export interface Description<Entry = WeightEntry> {
  readonly modelTopology: object;
  readonly weightsManifest: readonly { readonly weights: readonly Entry[] }[];
}

/**
 * @throws UserError if the network has several inputs or outputs, does not take images, or has another number of classes
 */
export async function networkPack(
  model: tf.LayersModel,
  { id, title, classNames, facts = null, kernels = 'float16' }: PackedAs,
): Promise<NetworkPack> {
  const imageShape = imageShapeOf(model);
  const classes = model.outputs[0].shape.at(-1);
  if (classes !== classNames.length) {
    throw new UserError(
      `"${model.name}" tells ${String(classes)} classes apart; expected ${classNames.length}, one for each of: ` +
        `${classNames.join(', ')}.`,
    );
  }
  const { weights, description } = await modelBytes(model, kernels);
  const { modelTopology, weightsManifest } = JSON.parse(description('')) as Description;
  return packed({
    ...{ id, title, classNames, facts, imageShape, weights, topology: modelTopology },
    entries: weightsManifest.flatMap((group) => group.weights),
    trained: trainedWith(model),
  });
}

/** What a network's pack is made of. */
export interface Parts
  extends Pick<NetworkPack, 'id' | 'title' | 'classNames' | 'facts' | 'imageShape' | 'topology'> {
  readonly entries: readonly WeightEntry[];
  readonly weights: Uint8Array;
  readonly trained: { readonly normalisation: Normalisation | null; readonly loss: Loss };
}

export function packed({ entries, weights, trained, ...parts }: Parts): NetworkPack {
  return {
    kind: 'network',
    ...parts,
    scale: trained.normalisation ?? unscaled(parts.imageShape[2]),
    logits: takesLogits(trained.loss),
    weights: { entries, bytes: Buffer.from(weights).toString('base64') },
  };
}

export async function blueprintPack(
  model: tf.LayersModel,
  id: string,
  title: string,
): Promise<BlueprintPack> {
  const { description } = await modelBytes(model, 'uint8');
  return {
    kind: 'blueprint',
    id,
    title,
    imageShape: imageShapeOf(model),
    classes: model.outputs[0].shape.at(-1)!,
    topology: (JSON.parse(description('')) as Description).modelTopology,
  };
}

function imageShapeOf(model: tf.LayersModel): [number, number, number] {
  const shape = model.inputs.length === 1 ? model.inputs[0].shape.slice(1) : [];
  const isImage = shape.length === 3 && shape.every((side) => side !== null);
  if (isImage && model.outputs.length === 1) return shape as [number, number, number];
  throw new UserError(
    `"${model.name}" has the inputs ${shapesText(model.inputs)} and the outputs ${shapesText(model.outputs)}; the playground ` +
      'takes networks from one image, [height, width, channels], to one list of classes.',
  );
}

function shapesText(tensors: readonly tf.SymbolicTensor[]): string {
  return tensors.map(({ shape }) => `[${shape.slice(1).join(', ')}]`).join(' and ');
}

function unscaled(channels: number): PixelScale {
  return { mean: new Array<number>(channels).fill(0), deviation: new Array<number>(channels).fill(1) };
}
