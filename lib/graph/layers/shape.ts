/** Layers that rearrange values, and those that scale them. */
import { pad, reshape, slice } from '../ops/array';
import { repeatPixels, resizeBilinear } from '../ops/resize';
import { expandDims, tile, transpose } from '../ops/layout';
import { cast, like } from '../ops/cast';
import { add, mul } from '../ops/math';
import { lowers } from './lowering';

lowers('Flatten', ([x], { config, outputShape }) => {
  config.expectChannelsLast();
  return reshape(x, outputShape);
});

lowers('Reshape', ([x], { outputShape }) => reshape(x, outputShape));

/** scale · x + offset */
lowers('Rescaling', ([x], { config }) => {
  return add(mul(x, like(x, config.number('scale'))), like(x, config.number('offset')));
});

lowers('Permute', ([x], { config }) => transpose(x, [0, ...config.integers('dims')]));

lowers('RepeatVector', ([x], { config }) => tile(expandDims(x, 1), [1, config.number('n'), 1]));

lowers('ZeroPadding2D', ([x], { config }) => {
  config.expectChannelsLast();
  const [rows, columns] = config.sides('padding');
  return pad(x, [[0, 0], rows, columns, [0, 0]]);
});

lowers('Cropping2D', ([x], { config, outputShape }) => {
  config.expectChannelsLast();
  const [rows, columns] = config.sides('cropping');
  return slice(x, [0, rows[0], columns[0], 0], outputShape);
});

/** Between pixels as tfjs has it, which the same model uses elsewhere: Keras takes pixels at their centers instead. */
lowers('UpSampling2D', ([x], { config, outputShape, refuse }) => {
  config.expectChannelsLast();
  const interpolation = config.text('interpolation');
  if (interpolation === 'nearest') return repeatPixels(x, config.pair('size'));
  const [, height, width] = outputShape;
  if (interpolation !== 'bilinear' || typeof height !== 'number' || typeof width !== 'number') {
    return refuse(`its interpolation is ${interpolation}; nearest and bilinear can be lowered`);
  }
  return cast(resizeBilinear(x, [height, width]), x.dtype);
});
