/**
 * Batch normalisation. The moving variance follows the uncorrected variance of the batch, as in Keras and tfjs.
 * TensorFlow's fused operation returns the Bessel-corrected one, so the correction is undone.
 *
 * A bias right before it is subtracted again with the mean: in training it is left out, and shows in the moving mean alone.
 */
import type { Value } from '../graph';
import { originOf } from '../origin';
import { reshape, withoutEffectOf } from '../ops/array';
import { cast } from '../ops/cast';
import { constant } from '../ops/constant';
import { add } from '../ops/math';
import { batchNormInference, composedBatchNorm, fusedBatchNorm } from '../ops/normalisation';
import { sizeOf } from '../types';
import { lowers, type Lowering } from './lowering';

lowers('BatchNormalization', ([x], layer) => {
  const { config, batchStatistics, trainable } = layer;
  const last = x.shape.length - 1;
  const axis = config.number('axis');
  if (axis !== -1 && axis !== last) layer.refuse(`its axis is ${axis}; the last one can be lowered`);
  const channels = x.shape[last] ?? layer.refuse('its number of channels is open');
  const ones = (): Value => filled(layer, channels, 1);
  const scale = layer.has('gamma') ? layer.weight('gamma') : ones();
  const offset = layer.has('beta') ? layer.weight('beta') : filled(layer, channels, 0);
  const epsilon = config.number('epsilon');
  // As in Keras, a frozen layer uses its moving statistics and keeps them, which transfer learning relies on.
  if (!batchStatistics || !trainable) {
    const [mean, variance] = [layer.weight('moving_mean'), layer.weight('moving_variance')];
    return reshape(
      batchNormInference(asImages(x, channels), [scale, offset, mean, variance], epsilon),
      x.shape,
    );
  }
  const { node } = originOf(x);
  const [centred, bias] = node.op === 'BiasAdd' ? node.inputs : [x, null];
  const { output, mean, variance, corrected } = formOf(layer, channels)(
    asImages(centred, channels),
    scale,
    offset,
    epsilon,
  );
  const momentum = config.number('momentum');
  const places = sizeOf(x.shape.slice(1, -1)) ?? layer.refuse('the size of its input is open');
  layer.follow('moving_mean', {
    value: bias ? add(mean, cast(bias, 'float32')) : mean,
    momentum,
    besselPlaces: null,
  });
  layer.follow('moving_variance', { value: variance, momentum, besselPlaces: corrected ? places : null });
  const y = reshape(output, x.shape);
  return bias ? withoutEffectOf(bias, y) : y;
});

/**
 * On a CPU, TensorFlow's own operation works on blocks of eight channels, and falls back to one value at a time if the
 * blocks don't come out even: for Baseline's six channels it takes twice as long as the composed form.
 */
function formOf({ device, dtype }: Lowering, channels: number): typeof fusedBatchNorm {
  return device === 'cpu' && dtype === 'float32' && channels % 8 !== 0 ? composedBatchNorm : fusedBatchNorm;
}

function asImages(x: Value, channels: number): Value {
  if (x.shape.length === 4) return x;
  const open = x.shape.slice(0, -1).includes(null);
  const places = x.shape.slice(0, -1).reduce<number>((product, dim) => product * (dim ?? 1), 1);
  return reshape(x, [open ? null : places, 1, 1, channels]);
}

function filled({ graph }: Lowering, count: number, value: number): Value {
  return constant(graph, { dtype: 'float32', shape: [count], values: new Array<number>(count).fill(value) });
}
