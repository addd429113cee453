import { check } from '../runtime/check';
import { tf } from '../runtime/tensorflow';
import { LayerMaker } from './layers';
import type { NetworkOptions } from './network';
import { settings, smallestSide, type Window } from './options';
import { ofWidth } from './variant';

export interface LeNetOptions extends NetworkOptions {
  /** What becomes of a 2×2 window: its maximum, or its mean as in the paper. Defaults to `max`. */
  pooling?: 'max' | 'average';
}

const defaults = { dropout: 0, activation: 'sigmoid', batchNorm: false } as const;

/** The paper's C1 and C3: filters of 5×5, each layer followed by a 2×2 subsampling, S2 and S4. */
const convolutions = [
  { name: 'c1', filters: 6, pool: 's2' },
  { name: 'c3', filters: 16, pool: 's4' },
];
const window = { size: 5, padding: 'valid' } as const;

/** The paper's C5, which covers all of S4 and so is a dense layer, and F6. */
const hidden = [
  { name: 'c5', units: 120 },
  { name: 'f6', units: 84 },
];

const smallest = smallestSide(
  convolutions.flatMap((): Window[] => [window, { size: 2, stride: 2, padding: 'valid' }]),
);

/**
 * LeNet-5: LeCun, Bottou, Bengio & Haffner, "Gradient-Based Learning Applied to Document Recognition", 1998
 * (http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf). 62,006 parameters at the defaults.
 *
 * As it is taught today: sigmoid in place of the paper's scaled tanh, max-pooling in place of its trained
 * averages, every map of C3 connected to all of S2, softmax in place of its radial basis functions. `{ activation:
 * 'relu' }` is the modern variant, `{ activation: 'tanh', pooling: 'average' }` the one closest to the paper.
 *
 * @returns float32 [batch, height, width, channels] → probabilities [batch, classes]
 */
export function lenet5({ pooling = 'max', ...options }: LeNetOptions = {}): tf.LayersModel {
  check(['max', 'average'].includes(pooling), 'pooling', pooling, 'max or average');
  const chosen = settings(options, defaults, smallest);
  const make = new LayerMaker(chosen);
  const pool = pooling === 'max' ? tf.layers.maxPooling2d : tf.layers.averagePooling2d;
  return ofWidth(
    tf.sequential({
      name: 'lenet5',
      layers: [
        ...convolutions.flatMap((conv, i) => [
          ...make.conv((kind) => (kind === 'conv' ? conv.name : `${conv.name}_${kind}`), {
            filters: conv.filters,
            ...window,
            ...(i === 0 && { inputShape: chosen.inputShape }),
          }),
          pool({ name: conv.pool, poolSize: 2, strides: 2 }),
        ]),
        tf.layers.flatten({ name: 'flatten' }),
        ...hidden.flatMap(({ name, units }) => make.hidden(name, units)),
        make.classifier(),
      ],
    }),
    chosen.width,
  );
}
