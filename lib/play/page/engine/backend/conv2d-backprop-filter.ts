/** The gradient of a convolution by its kernel, which tfjs's WebAssembly lacks: without it nothing can be trained there. */
import { tf, type Tensor, type Tensor2D, type Tensor4D } from '../tf';

interface Attributes {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly filterShape: [number, number, number, number];
}

/**
 * Each weight's gradient is the sum, over all places of the output, of the output's gradient times the input that the
 * weight saw there. The inputs of all places as rows, one column for each weight of a filter, make that one product of
 * matrices (im2col).
 * @param x [batch, height, width, channels]
 * @param dy [batch, output height, output width, filters]
 * @returns [kernel height, kernel width, channels, filters]
 */
export function kernelGradient(x: Tensor4D, dy: Tensor4D, attributes: Attributes): Tensor4D {
  const { strides, pad, dimRoundingMode, filterShape } = attributes;
  const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode);
  const { padInfo, filterHeight, filterWidth, outHeight, outWidth, strideHeight, strideWidth } = info;
  return tf.tidy(() => {
    const { top, bottom, left, right } = padInfo;
    const padded = tf.pad4d(x, [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]);
    const places = info.batchSize * outHeight * outWidth;
    const seen: Tensor2D[] = [];
    for (let row = 0; row < filterHeight; row++) {
      for (let column = 0; column < filterWidth; column++) {
        const part = every(padded, {
          from: [row, column],
          count: [outHeight, outWidth],
          step: [strideHeight, strideWidth],
        });
        seen.push(tf.reshape(part, [places, info.inChannels]));
      }
    }
    const rows = tf.concat(seen, 1);
    const sums = tf.matMul(rows, tf.reshape(dy, [places, info.outChannels]), true, false);
    return tf.reshape(sums, filterShape);
  });
}

interface Grid {
  /** Row and column of the first place, number of places, and steps between them. */
  readonly from: readonly [number, number];
  readonly count: readonly [number, number];
  readonly step: readonly [number, number];
}

function every(x: Tensor4D, { from: [y, x0], count: [rows, columns], step: [down, across] }: Grid): Tensor {
  const [batch, , , channels] = x.shape;
  if (down === 1 && across === 1) return tf.slice4d(x, [0, y, x0, 0], [batch, rows, columns, channels]);
  const end = [batch, y + (rows - 1) * down + 1, x0 + (columns - 1) * across + 1, channels];
  return tf.stridedSlice(x, [0, y, x0, 0], end, [1, down, across, 1]);
}

export function registerConv2DBackpropFilter(): void {
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) =>
      kernelGradient(inputs.x as Tensor4D, inputs.dy as Tensor4D, attrs as unknown as Attributes),
  });
}
