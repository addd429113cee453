/** Noise in training, new in every step; nothing in inference. */
import type { Value } from '../graph';
import { sizesFor } from '../ops/array';
import { cast, like, scalar } from '../ops/cast';
import { add, mul } from '../ops/math';
import { statelessNormal } from '../ops/random';
import { drawnRate, dropMask, dropRateOf } from './drop-mask';
import { lowers, type Lowering } from './lowering';

function normalLike(x: Value, layer: Lowering, mean: number, deviation: number): Value {
  const { graph } = x;
  const normal = statelessNormal(sizesFor(x, x.shape), x.shape, layer.seed());
  return cast(add(mul(normal, scalar(graph, deviation)), scalar(graph, mean)), x.dtype);
}

/** Adds noise of a given deviation. */
lowers('GaussianNoise', ([x], layer) => {
  const { config, refuse, training } = layer;
  const deviation = config.number('stddev');
  if (!(deviation >= 0)) refuse(`its stddev is ${deviation}; expected a number from 0 on`);
  return training && deviation > 0 ? add(x, normalLike(x, layer, 0, deviation)) : x;
});

/** Multiplies by noise with the mean and deviation of dropout (Srivastava et al. 2014, section 10). */
lowers('GaussianDropout', ([x], layer) => {
  const rate = dropRateOf(layer);
  if (!layer.training || rate === 0) return x;
  return mul(x, normalLike(x, layer, 1, Math.sqrt(rate / (1 - rate))));
});

/** What SELU tends to for very negative numbers. */
const leastOfSelu = -1.6732632423543772 * 1.0507009873554805;

/**
 * Dropout for networks of SELUs (Klambauer et al. 2017, https://arxiv.org/abs/1706.02515): dropped values become SELU's
 * least one, and a line keeps mean and variance what they were.
 */
lowers('AlphaDropout', ([x], layer) => {
  const rate = dropRateOf(layer);
  const { noiseShape } = layer.layer as { noiseShape?: unknown };
  if (noiseShape !== undefined && noiseShape !== null) layer.refuse('it has a noiseShape');
  if (!layer.training || rate === 0) return x;
  const slope = ((1 - rate) * (1 + rate * leastOfSelu ** 2)) ** -0.5;
  const level = -slope * leastOfSelu * rate;
  const kept = dropMask(x, x.shape, rate, layer);
  // slope · (kept · x + (1 − kept) · least) + level
  const dropped = add(mul(kept, like(x, -slope * leastOfSelu)), like(x, slope * leastOfSelu + level));
  return add(mul(mul(x, kept), like(x, slope)), dropped);
});

/** Drops whole channels of [n, steps, channels] (Tompson et al. 2015, https://arxiv.org/abs/1411.4280). */
lowers('SpatialDropout1D', ([x], layer) => {
  const rate = dropRateOf(layer);
  if (!layer.training || rate === 0) return x;
  const [n, , channels] = x.shape;
  const kept = dropMask(x, [n, 1, channels], rate, layer);
  return mul(x, mul(kept, like(x, 1 / (1 - drawnRate(rate)))));
});
