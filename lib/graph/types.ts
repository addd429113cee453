/** TensorFlow's types of values, as far as this library uses them. */
export type DType =
  | 'float32'
  | 'float64'
  | 'bfloat16'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint64'
  | 'bool'
  | 'resource';

/** Where a graph runs; some operations are slow on one and fast on the other. */
export type Device = 'cpu' | 'gpu';

/** A size, or null for the only one that a graph leaves open: the number of images in the batch. */
export type Dim = number | null;

export type Shape = readonly Dim[];

/** One attribute of a node, tagged with the kind that TensorFlow's AttrValue has a field for. */
export type Attr =
  | { readonly type: DType }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly bool: boolean }
  | { readonly string: string }
  | { readonly shape: Shape }
  | { readonly tensor: ConstantData };

export type Attrs = Readonly<Record<string, Attr>>;

/** The numbers of a constant; their order is row-major. */
export interface ConstantData {
  readonly dtype: 'float32' | 'int32' | 'uint64';
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** For messages: `float32 [?, 32, 32, 3]`. */
export function typeText({ dtype, shape }: { dtype: DType; shape: Shape }): string {
  return `${dtype} ${shapeText(shape)}`;
}

export function shapeText(shape: Shape): string {
  return `[${shape.map((dim) => dim ?? '?').join(', ')}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** @returns null if one of the sizes is open */
export function sizeOf(shape: Shape): number | null {
  return shape.reduce<Dim>((size, dim) => (size === null || dim === null ? null : size * dim), 1);
}

export function isStatic(shape: Shape): shape is readonly number[] {
  return !shape.includes(null);
}

export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'bfloat16';
}
