/** Pooling over windows and over whole images. */
import { max, mean } from '../ops/reduce';
import { avgPool, maxPool, type Pool } from '../ops/pooling';
import { lowers, type Lowering } from './lowering';

function poolOf({ config }: Lowering): Pool {
  config.expectChannelsLast();
  return { size: config.pair('poolSize'), strides: config.pair('strides'), padding: config.padding() };
}

const imageAxes = [1, 2];

lowers('MaxPooling2D', ([x], layer) => maxPool(x, poolOf(layer)));
lowers('AveragePooling2D', ([x], layer) => avgPool(x, poolOf(layer)));

lowers('GlobalMaxPooling2D', ([x], { config }) => {
  config.expectChannelsLast();
  return max(x, imageAxes);
});
lowers('GlobalAveragePooling2D', ([x], { config }) => {
  config.expectChannelsLast();
  return mean(x, imageAxes);
});
