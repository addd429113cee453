/**
 * Gradients of convolutions for tfjs's WebAssembly backend (4.22). It has none by the kernel, so nothing with a
 * convolution could be trained, and a slow one by the input. Both are convolutions themselves, and those it computes well.
 */
import {
  backend_util,
  conv2d,
  getKernel,
  pad as padded,
  registerKernel,
  reverse,
  slice,
  tidy,
  transpose,
  unregisterKernel,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropInputAttrs,
  type NamedTensorInfoMap,
  type Tensor4D,
  type TensorInfo,
} from '@tensorflow/tfjs-core';

const backendName = 'wasm';

/** Once the backend `wasm` is there. */
export function registerConvGradients(): void {
  registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName,
    kernelFunc: ({ inputs, attrs }) => byKernel(inputs, attrs as unknown as Conv2DBackpropFilterAttrs),
  });
  const kernelName = 'Conv2DBackpropInput';
  const own = getKernel(kernelName, backendName);
  unregisterKernel(kernelName, backendName);
  registerKernel({
    ...own,
    kernelFunc: (call) => {
      const attrs = call.attrs as unknown as Conv2DBackpropInputAttrs;
      const { strideHeight, strideWidth } = infoOf(attrs.inputShape, shapeOf(call.inputs.filter), attrs);
      return strideHeight === 1 && strideWidth === 1 ? byInput(call.inputs, attrs) : own.kernelFunc(call);
    },
  });
}

/**
 * A weight's gradient is the sum, over images and places, of the input at the place that it was multiplied with times the
 * gradient of the output. So images become channels to sum over, the output's gradient is the kernel, and the layer's
 * stride the distance between its values, a dilation.
 *
 * @returns float32 [kernel height, kernel width, channels in, channels out]
 */
function byKernel({ x, dy }: NamedTensorInfoMap, attrs: Conv2DBackpropFilterAttrs): Tensor4D {
  const [height, width, inputs, outputs] = attrs.filterShape;
  const info = infoOf(shapeOf(x), attrs.filterShape, attrs);
  const { top, bottom, left, right } = info.padInfo;
  return tidy(() => {
    const whole = padded(x as Tensor4D, around(top, bottom, left, right));
    const images: Tensor4D = transpose(whole, [3, 1, 2, 0]);
    const kernel: Tensor4D = transpose(dy as Tensor4D, [1, 2, 0, 3]);
    const sums = conv2d(images, kernel, 1, 'valid', 'NHWC', [info.strideHeight, info.strideWidth]);
    // A stride can leave rows and columns at the far edge that no window reached.
    const reached = slice(sums, [0, 0, 0, 0], [inputs, height, width, outputs]);
    return transpose(reached, [1, 2, 0, 3]);
  });
}

/**
 * An input's gradient comes from every window that covered it: the output's gradient, convolved with the kernel turned
 * around. For a stride of 1.
 *
 * @returns float32 of the input's shape
 */
function byInput({ dy, filter }: NamedTensorInfoMap, attrs: Conv2DBackpropInputAttrs): Tensor4D {
  const shape = shapeOf(filter);
  const [height, width] = shape;
  const { top, bottom, left, right } = infoOf(attrs.inputShape, shape, attrs).padInfo;
  return tidy(() => {
    const whole = padded(
      dy as Tensor4D,
      around(height - 1 - top, height - 1 - bottom, width - 1 - left, width - 1 - right),
    );
    const turned: Tensor4D = transpose(reverse(filter as Tensor4D, [0, 1]), [0, 1, 3, 2]);
    return conv2d(whole, turned, 1, 'valid');
  });
}

type Shape4D = [number, number, number, number];

function shapeOf(tensor: TensorInfo | undefined): Shape4D {
  return tensor!.shape as Shape4D;
}

function infoOf(
  input: Shape4D,
  filter: Shape4D,
  { strides, pad, dataFormat, dimRoundingMode }: Omit<Conv2DBackpropInputAttrs, 'inputShape'>,
): backend_util.Conv2DInfo {
  if (dataFormat !== 'NHWC') throw new Error(`A convolution's data format is ${dataFormat}; expected NHWC.`);
  return backend_util.computeConv2DInfo(input, filter, strides, 1, pad, dimRoundingMode);
}

function around(top: number, bottom: number, left: number, right: number): [number, number][] {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}
