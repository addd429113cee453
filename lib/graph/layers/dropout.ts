/** Dropout (Srivastava et al. 2014), inverted: the values that are kept are scaled up in training. */
import { shapeOf } from '../ops/array';
import { cast, like, scalar } from '../ops/cast';
import { greaterEqual, mul } from '../ops/math';
import { statelessUniform } from '../ops/random';
import { lowers } from './lowering';

lowers('Dropout', ([x], layer) => {
  const { config, training } = layer;
  if (config.get('noiseShape') !== undefined) layer.refuse('it has a noiseShape');
  const rate = config.number('rate');
  if (!training || rate === 0) return x;
  const uniform = statelessUniform(shapeOf(x), x.shape, layer.seed());
  const kept = cast(greaterEqual(uniform, scalar(x.graph, rate)), x.dtype);
  return mul(mul(x, kept), like(x, 1 / (1 - rate)));
});
