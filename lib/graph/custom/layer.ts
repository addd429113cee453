/** A user's own layers: subclasses of `tf.layers.Layer`, with the operations that train them. */
import { UserError } from '../../runtime/errors';
import { tf } from '../../runtime/tensorflow';
import type { Value } from '../graph';
import { loweringOf, lowers as lowersByName, type Lowering } from '../layers';
import * as operations from '../operations';
import { cast } from '../ops/cast';
import { building, expectResult, sourceDigest, type Operations } from './part';

/** A subclass of `tf.layers.Layer`. Its `className` is how a stored network names it. */
export type LayerClass = (new (...options: never[]) => tf.layers.Layer) & { readonly className: string };

/** tfjs's type asks for the static `fromConfig` that every layer inherits, without saying that layers have it. */
type RegistrableClass = Parameters<typeof tf.serialization.registerClass>[0];

/** @returns the layer's output, floating point and in the shape that `computeOutputShape` says */
export type LowerCustomLayer = (inputs: readonly Value[], layer: Lowering, g: Operations) => Value;

export interface LowersOptions {
  /** Whether it may take the place of a layer that the library compiles already. Defaults to false. */
  readonly replace?: boolean;
}

/** Each class by its name, with a digest of its source and its lowering's. */
const own = new Map<string, string>();

/**
 * Teaches the graph engine a layer of one's own: `lower` builds the operations of its `call`, and gradients follow from
 * them. `layer.weight('kernel')` is a weight that `build` added, `layer.config` reads what `getConfig` returns,
 * `layer.training` tells training from measuring, `layer.seed()` seeds a draw, anew in each step.
 *
 * The class keeps its `call`, which tfjs uses for predictions. It is registered with tfjs as well, so that stored networks
 * load. Registering it again, from a cell that was edited, replaces what was registered before. A run's record holds a
 * digest of the source texts of both, and is not continued with others.
 * @throws UserError for a class without a `className`, or one of a layer that the library compiles, unless `replace` is true
 */
export function lowers(
  layerClass: LayerClass,
  lower: LowerCustomLayer,
  { replace = false }: LowersOptions = {},
): void {
  const name: unknown = layerClass.className;
  if (typeof name !== 'string' || name === '') {
    throw new UserError(
      `The class ${layerClass.name} has no name for stored networks: give it \`static className = '${layerClass.name}'\`.`,
    );
  }
  if (loweringOf(name) && !own.has(name) && !replace) {
    throw new UserError(
      `The graph engine compiles layers of the class "${name}" already. Choose another className, or replace it for all ` +
        'networks with { replace: true }.',
    );
  }
  own.set(name, sourceDigest([layerClass, lower]));
  tf.serialization.registerClass(layerClass as unknown as RegistrableClass);
  lowersByName(name, (inputs, layer) => {
    const what = `The layer "${layer.layer.name}" (${name})`;
    // Weights are float32; layers compute in their own type.
    const typed: Lowering = { ...layer, weight: (weight) => cast(layer.weight(weight), layer.dtype) };
    const result = building(what, () => lower(inputs, typed, operations));
    // Softmax is float32 whatever the layers' type is.
    const dtype = result.dtype === 'float32' ? result.dtype : layer.dtype;
    const expected = { dtype, shape: layer.outputShape };
    return expectResult(what, result, expected, 'what its computeOutputShape says');
  });
}

/** The user's own layers among those of a network: class names with a digest of their source, for a run's record. */
export function customLayersOf(classNames: Iterable<string>): Readonly<Record<string, string>> {
  const found = [...new Set(classNames)].flatMap((name) => {
    const source = own.get(name);
    return source === undefined ? [] : [[name, source] as const];
  });
  return Object.fromEntries(found);
}
