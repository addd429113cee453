import { check } from '../runtime/check';
import {
  activations,
  cifarShape,
  initialisers,
  type Activation,
  type ImageShape,
  type Initialiser,
  type NetworkOptions,
} from './network';

/** `NetworkOptions` with every default filled in; only the seed may be missing. */
export interface Settings {
  readonly inputShape: ImageShape;
  readonly classes: number;
  readonly seed: number | undefined;
  readonly width: number;
  readonly dropout: number;
  readonly activation: Activation;
  readonly initialiser: Initialiser;
  readonly batchNorm: boolean;
  readonly logits: boolean;
}

/** The defaults that differ between networks. */
export type Defaults = Pick<Settings, 'dropout' | 'activation' | 'batchNorm'>;

/**
 * Fills in the defaults and checks every option.
 * @param smallest the least height and width of an image; 1 for a network with `same` padding throughout
 * @throws UserError that names the option, its value, and what is allowed
 */
export function settings(options: NetworkOptions, defaults: Defaults, smallest = 1): Settings {
  const {
    inputShape = cifarShape,
    classes = 10,
    seed,
    width = 1,
    dropout = defaults.dropout,
    activation = defaults.activation,
    initialiser = 'glorot',
    batchNorm = defaults.batchNorm,
    logits = false,
  } = options;
  checkInputShape(inputShape, smallest);
  check(Number.isInteger(classes) && classes >= 2, 'classes', classes, 'a whole number of at least 2');
  check(seed === undefined || Number.isSafeInteger(seed), 'seed', seed, 'a whole number');
  check(Number.isFinite(width) && width > 0, 'width', width, 'a number above 0, such as 0.5');
  check(dropout >= 0 && dropout < 1, 'dropout', dropout, 'a number of at least 0 and below 1');
  check(activations.includes(activation), 'activation', activation, `one of ${activations.join(', ')}`);
  check(initialisers.includes(initialiser), 'initialiser', initialiser, `one of ${initialisers.join(', ')}`);
  check(typeof batchNorm === 'boolean', 'batchNorm', batchNorm, 'true or false');
  check(typeof logits === 'boolean', 'logits', logits, 'true or false');
  return { inputShape, classes, seed, width, dropout, activation, initialiser, batchNorm, logits };
}

function checkInputShape(shape: readonly number[], smallest: number): void {
  check(
    Array.isArray(shape) && shape.length === 3 && shape.every((size) => Number.isInteger(size) && size >= 1),
    'inputShape',
    shape,
    '[height, width, channels], each a whole number of at least 1',
  );
  const [height, width, channels] = shape;
  check(
    Math.min(height, width) >= smallest,
    'inputShape',
    shape,
    `at least [${smallest}, ${smallest}, ${channels}]: convolutions and pools would leave nothing of a smaller one`,
  );
}

/** @throws UserError unless `allowed` has an entry for `depth` */
export function checkDepth(depth: number, allowed: object): void {
  check(Object.hasOwn(allowed, depth), 'depth', depth, `one of ${Object.keys(allowed).join(', ')}`);
}

/** What a convolution or a pool does to the size of an image. */
export interface Window {
  readonly size: number;
  readonly stride?: number;
  readonly padding: 'same' | 'valid';
}

/**
 * The least height, and width, of an image that `windows`, applied in this order, leave at least one pixel of.
 * Works backwards from that pixel: n outputs of a valid window span (n − 1)·stride + size inputs.
 */
export function smallestSide(windows: readonly Window[]): number {
  return windows.reduceRight(
    (side, { size, stride = 1, padding }) => (side - 1) * stride + (padding === 'valid' ? size : 1),
    1,
  );
}
