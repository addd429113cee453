/** Layers that rearrange values. */
import { pad, reshape } from '../ops/array';
import { lowers } from './lowering';

lowers('Flatten', ([x], { config, outputShape }) => {
  config.expectChannelsLast();
  return reshape(x, outputShape);
});

lowers('Reshape', ([x], { outputShape }) => reshape(x, outputShape));

lowers('ZeroPadding2D', ([x], { config, refuse }) => {
  config.expectChannelsLast();
  const padding = config.get('padding');
  if (!isPaddings(padding)) return refuse(`its padding is ${JSON.stringify(padding)}`);
  return pad(x, [[0, 0], padding[0], padding[1], [0, 0]]);
});

function isPaddings(value: unknown): value is [[number, number], [number, number]] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((pair) => Array.isArray(pair) && pair.length === 2)
  );
}
