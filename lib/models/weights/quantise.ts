/**
 * Weights in fewer bits, in tfjs's own format: `tf.io.decodeWeights`, and so any tfjs, turns them back into 32-bit floats.
 * Only kernels are rounded. Vectors (biases, batch normalisation) keep their 32 bits: they are less than a hundredth of a
 * network, and a variance close to 0 rounds badly.
 */
import type { tf } from '../../runtime/tensorflow';
import { product } from '../costs';

/** How kernels are stored: 4, 2 or 1 bytes a number. */
export type KernelType = 'float32' | 'float16' | 'uint8';

export const kernelTypes = ['float32', 'float16', 'uint8'] as const satisfies readonly KernelType[];

/** A weight's name, shape and type, as model.json lists them. */
export type WeightSpec = Parameters<typeof tf.io.decodeWeights>[1][number];

/** Weights one after another, and how to read them. */
export interface EncodedWeights {
  readonly bytes: Uint8Array;
  readonly specs: readonly WeightSpec[];
}

/**
 * @param specs of float32 weights
 * @param bytes the weights one after another, in the order of `specs`
 */
export function encodeWeights(
  specs: readonly WeightSpec[],
  bytes: Uint8Array,
  kernels: KernelType,
): EncodedWeights {
  let offset = 0;
  const encoded = specs.map((spec): { spec: WeightSpec; bytes: Uint8Array } => {
    const start = bytes.byteOffset + offset;
    const length = 4 * product(spec.shape);
    offset += length;
    if (kernels === 'float32' || spec.shape.length < 2) {
      return { spec, bytes: new Uint8Array(bytes.buffer, start, length) };
    }
    // A copy: a view of 32-bit floats has to begin at a multiple of four bytes.
    const values = new Float32Array(bytes.buffer.slice(start, start + length));
    if (kernels === 'float16') {
      return { spec: { ...spec, quantization: { dtype: 'float16' } }, bytes: bytesOf(float16(values)) };
    }
    const { levels, scale, min } = affine(values);
    return { spec: { ...spec, quantization: { dtype: 'uint8', scale, min } }, bytes: levels };
  });
  return {
    bytes: Buffer.concat(encoded.map((each) => each.bytes)),
    specs: encoded.map(({ spec }) => spec),
  };
}

/** A value is `level × scale + min`. */
export interface Affine {
  readonly levels: Uint8Array;
  readonly scale: number;
  readonly min: number;
}

const highest = 255;

/**
 * Rounds to 256 levels at equal distances from the smallest value to the largest. As in tfjs's converter, 0 is one of the
 * levels if it lies between them: weights that were 0 stay 0.
 */
export function affine(values: Float32Array): Affine {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low === high) return { levels: new Uint8Array(values.length), scale: 1, min: low };
  const scale = (high - low) / highest;
  const min = low <= 0 && high >= 0 ? -Math.round(-low / scale) * scale : low;
  // Not Uint8Array.from(values, ...), which first makes a list of all values: seconds for a large network.
  const levels = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    levels[i] = Math.min(highest, Math.max(0, Math.round((values[i] - min) / scale)));
  }
  return { levels, scale, min };
}

/** Exponents of the smallest and the largest normal number of 16 bits, and the number of bits of its fraction. */
const [lowest, top, fractionBits] = [-14, 15, 10];

/**
 * 16-bit floats (IEEE 754 binary16), rounded to the nearest, ties to even. What is beyond the largest becomes infinite.
 * @returns their bits
 */
export function float16(values: Float32Array): Uint16Array {
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) bits[i] = half(values[i]);
  return bits;
}

function half(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  if (Number.isNaN(value)) return 0x7e00;
  const size = Math.abs(value);
  const exponent = Math.min(top + 1, Math.max(lowest, Math.floor(Math.log2(size))));
  // In units of the last bit: from 1024 to 2048 for a normal number, below for one that is smaller than all of them.
  const units = roundToEven(size / 2 ** (exponent - fractionBits));
  const bits = (exponent - lowest) * 2 ** fractionBits + units;
  return sign + Math.min(bits, (top - lowest + 2) * 2 ** fractionBits);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
