/** The part of jax-js that its contender uses. The package is no dependency, so its own types are not here. */

/** An array. Every use takes ownership of it; `ref` keeps it for one more. */
export interface Arr {
  readonly shape: number[];
  readonly ref: Arr;
  add(other: Arr | number): Arr;
  sub(other: Arr | number): Arr;
  mul(other: Arr | number): Arr;
  div(other: Arr | number): Arr;
  reshape(shape: readonly number[]): Arr;
  transpose(axes?: readonly number[]): Arr;
  sum(axis?: number | readonly number[]): Arr;
  astype(dtype: 'float32'): Arr;
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}

interface ReduceOptions {
  readonly keepdims?: boolean;
}

export interface JaxJs {
  init(device: 'wasm'): Promise<unknown>;
  defaultDevice(device: 'wasm'): unknown;
  blockUntilReady(tree: unknown): Promise<unknown>;
  jit<Arguments extends unknown[], Result>(
    step: (...args: Arguments) => Result,
  ): (...args: Arguments) => Result;
  valueAndGrad<First, Rest extends unknown[], Result>(
    loss: (first: First, ...rest: Rest) => Result,
    options: { readonly hasAux: true },
  ): (first: First, ...rest: Rest) => [Result, First];
  readonly tree: { ref<Tree>(tree: Tree): Tree; dispose(tree: unknown): void };
  readonly numpy: {
    array(values: Float32Array, options: { readonly shape: readonly number[] }): Arr;
    zeros(shape: readonly number[]): Arr;
    ones(shape: readonly number[]): Arr;
    square(x: Arr): Arr;
    sqrt(x: Arr): Arr;
    matmul(a: Arr, b: Arr): Arr;
    mean(x: Arr, axis: readonly number[], options?: ReduceOptions): Arr;
    max(x: Arr, axis: number | readonly number[]): Arr;
  };
  readonly lax: {
    conv(images: Arr, kernel: Arr, strides: readonly number[], padding: 'SAME' | 'VALID'): Arr;
    stopGradient(x: Arr): Arr;
  };
  readonly nn: { relu(x: Arr): Arr; sigmoid(x: Arr): Arr; logSoftmax(x: Arr, axis: number): Arr };
  readonly random: {
    key(seed: number): Arr;
    split(key: Arr, count: number): Arr;
    bernoulli(key: Arr, p: number, shape: readonly number[]): Arr;
  };
}
