/** Activations, as layers of their own or at the end of other layers. */
import type { Value } from '../graph';
import {
  elu,
  gelu,
  leakyRelu,
  relu,
  relu6,
  selu,
  sigmoid,
  softplus,
  softsign,
  swish,
  tanh,
} from '../ops/activation';
import { like } from '../ops/cast';
import { add, maximum, minimum, mul } from '../ops/math';
import { lowers, type Lowering } from './lowering';

const functions: Readonly<Record<string, (x: Value, layer: Lowering) => Value>> = {
  linear: (x) => x,
  relu,
  relu6,
  elu,
  selu,
  sigmoid,
  hardSigmoid: (x) => {
    const line = add(mul(x, like(x, 0.2)), like(x, 0.5));
    return minimum(maximum(line, like(x, 0)), like(x, 1));
  },
  tanh,
  softplus,
  softsign,
  swish,
  gelu,
  gelu_new: (x) => {
    const inner = add(x, mul(mul(mul(x, x), x), like(x, 0.044715)));
    const share = add(tanh(mul(inner, like(x, Math.sqrt(2 / Math.PI)))), like(x, 1));
    return mul(mul(x, like(x, 0.5)), share);
  },
  mish: (x) => mul(x, tanh(softplus(x))),
  softmax: (x, layer) => layer.softmax(x),
};

/** Applies the activation named in the layer's config. */
export function activate(x: Value, layer: Lowering): Value {
  const { config, refuse } = layer;
  const name = config.get('activation') ?? 'linear';
  const apply = typeof name === 'string' ? functions[name] : undefined;
  return apply ? apply(x, layer) : refuse(`its activation is ${JSON.stringify(name)}`);
}

lowers('Activation', ([x], layer) => activate(x, layer));

lowers('ReLU', ([x], { config, refuse }) => {
  if (config.get('maxValue') === undefined) return relu(x);
  const most = config.number('maxValue');
  if (!(most > 0)) return refuse(`its maxValue is ${most}; none, or numbers above 0, can be lowered`);
  return most === 6 ? relu6(x) : minimum(relu(x), like(x, most));
});

lowers('LeakyReLU', ([x], { config, refuse }) => {
  const alpha = config.number('alpha');
  return alpha < 0 ? refuse(`its alpha is ${alpha}; numbers from 0 on can be lowered`) : leakyRelu(x, alpha);
});

lowers('ELU', ([x], { config, refuse }) => {
  const alpha = config.number('alpha');
  return alpha === 1 ? elu(x) : refuse(`its alpha is ${alpha}; 1 can be lowered`);
});

lowers('Softmax', ([x], layer) => {
  const { config, refuse } = layer;
  const axis = config.number('axis');
  if (axis !== -1 && axis !== x.shape.length - 1) refuse(`its axis is ${axis}; the last one can be lowered`);
  return layer.softmax(x);
});
