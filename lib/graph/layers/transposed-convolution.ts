/** Transposed convolutions, which enlarge images. */
import { cast } from '../ops/cast';
import { biasAdd } from '../ops/convolution';
import { conv2dTranspose } from '../ops/transposed-convolution';
import { activate } from './activation';
import { lowers } from './lowering';

lowers('Conv2DTranspose', ([x], layer) => {
  const { config, dtype, outputShape, refuse } = layer;
  config.expectChannelsLast();
  // tfjs takes these settings, leaves them out of the config, and computes as if they were 1.
  const { dilationRate = 1 } = layer.layer as { dilationRate?: unknown };
  if ([dilationRate].flat().some((rate) => rate !== 1)) {
    refuse(`its dilationRate is ${String(dilationRate)}; expected 1, since tfjs computes it as if it were 1`);
  }
  const [, height, width] = outputShape;
  if (typeof height !== 'number' || typeof width !== 'number')
    return refuse('the size of its output is open');
  const y = conv2dTranspose(x, cast(layer.weight('kernel'), dtype), [height, width], {
    strides: config.pair('strides'),
    padding: config.padding(),
  });
  return activate(layer.has('bias') ? biasAdd(y, cast(layer.weight('bias'), dtype)) : y, layer);
});
