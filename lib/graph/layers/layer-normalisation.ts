/**
 * Layer normalisation (Ba et al. 2016, https://arxiv.org/abs/1607.06450): each image by its own mean and variance, in
 * training and in inference alike. Computed in float32 whatever the layers' type is, as in Keras.
 */
import { reshape } from '../ops/array';
import { cast } from '../ops/cast';
import { add, mul } from '../ops/math';
import { standardise } from '../ops/standardise';
import type { Value } from '../graph';
import { lowers } from './lowering';

lowers('LayerNormalization', ([x], layer) => {
  const { config, refuse } = layer;
  const axes = config.integers('axis').map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  if (axes.includes(0)) refuse('its axis is the batch; axes of one image can be lowered');
  // One number for each place along the normalised axes; the same for all places along the others.
  const spread = (weight: Value): Value =>
    reshape(
      weight,
      x.shape.map((dim, axis) => (axes.includes(axis) ? dim : 1)),
    );
  let y = standardise(cast(x, 'float32'), axes, config.number('epsilon'));
  if (layer.has('gamma')) y = mul(y, spread(layer.weight('gamma')));
  if (layer.has('beta')) y = add(y, spread(layer.weight('beta')));
  return cast(y, layer.dtype);
});
