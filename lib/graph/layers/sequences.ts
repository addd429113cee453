/** Layers over [n, steps, channels], lowered as images of one row. */
import type { Value } from '../graph';
import { cast } from '../ops/cast';
import { biasAdd, conv2d } from '../ops/convolution';
import { expandDims, squeeze } from '../ops/layout';
import { avgPool, maxPool, type Pool } from '../ops/pooling';
import { max, mean } from '../ops/reduce';
import { activate } from './activation';
import { lowers, type Lowering } from './lowering';

const row = 1;

function asImage(x: Value, compute: (image: Value) => Value): Value {
  return squeeze(compute(expandDims(x, row)), [row]);
}

lowers('Conv1D', ([x], layer) => {
  const { config, dtype, refuse } = layer;
  const [dilation] = config.integers('dilationRate');
  if (dilation !== 1) refuse(`its dilationRate is ${dilation}; 1 can be lowered`);
  // Not in its config.
  const { dataFormat } = layer.layer as { dataFormat?: unknown };
  if (dataFormat === 'channelsFirst') refuse('it takes channels first; build it with channelsLast');
  const kernel = expandDims(cast(layer.weight('kernel'), dtype), 0);
  const [stride] = config.integers('strides');
  const y = asImage(x, (image) => conv2d(image, kernel, { strides: [1, stride], padding: config.padding() }));
  return activate(layer.has('bias') ? biasAdd(y, cast(layer.weight('bias'), dtype)) : y, layer);
});

function lowersPool(className: string, pool: (image: Value, window: Pool) => Value): void {
  lowers(className, ([x], { config }: Lowering) => {
    const [[size], [stride]] = [config.integers('poolSize'), config.integers('strides')];
    const window: Pool = { size: [1, size], strides: [1, stride], padding: config.padding() };
    return asImage(x, (image) => pool(image, window));
  });
}

lowersPool('MaxPooling1D', maxPool);
lowersPool('AveragePooling1D', avgPool);
lowers('GlobalMaxPooling1D', ([x]) => max(x, [1]));
lowers('GlobalAveragePooling1D', ([x]) => mean(x, [1]));
