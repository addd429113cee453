/** Rectifiers with a weight or a threshold. */
import { relu } from '../ops/activation';
import { cast, like } from '../ops/cast';
import { greater, mul, neg, sub } from '../ops/math';
import { lowers } from './lowering';

/**
 * He et al. 2015, https://arxiv.org/abs/1502.01852: below 0 the slope is a weight. At 0 itself the gradient is 0, as in
 * Keras; tfjs takes the slope there.
 */
lowers('PReLU', ([x], layer) => {
  const slope = cast(layer.weight('alpha'), layer.dtype);
  return sub(relu(x), mul(slope, relu(neg(x))));
});

/** x above the threshold, 0 elsewhere */
lowers('ThresholdedReLU', ([x], { config }) => {
  const above = greater(x, like(x, config.number('theta')));
  return mul(x, cast(above, x.dtype));
});
