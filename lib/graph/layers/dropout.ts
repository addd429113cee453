/** Dropout (Srivastava et al. 2014), inverted: the values that are kept are scaled up in training. */
import { like } from '../ops/cast';
import { mul } from '../ops/math';
import { dropMask, drawnRate, dropRateOf } from './drop-mask';
import { lowers } from './lowering';

lowers('Dropout', ([x], layer) => {
  const { config, training } = layer;
  if (config.get('noiseShape') !== undefined) layer.refuse('it has a noiseShape');
  const rate = dropRateOf(layer);
  if (!training || rate === 0) return x;
  // The mask is scaled, not x: back through the network, one product remains.
  const mask = dropMask(x, x.shape, rate, layer);
  return mul(x, mul(mask, like(x, 1 / (1 - drawnRate(rate)))));
});
