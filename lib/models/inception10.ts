import { check } from '../runtime/check';
import { tf } from '../runtime/tensorflow';
import { LayerMaker, through } from './layers';
import type { NetworkOptions } from './network';
import { settings } from './options';
import { ofWidth } from './variant';

export interface InceptionOptions extends NetworkOptions {
  /**
   * False builds the paper's naive blocks (its figure 2a): the large kernels see every channel of the input, and the
   * pool passes every channel on, so the number of channels grows from block to block. Defaults to true.
   */
  bottlenecks?: boolean;
}

const defaults = { dropout: 0, activation: 'relu', batchNorm: true } as const;

/** The blocks: filters of each branch, and the stride of the branches' 1×1 convolutions. */
const blocks = [
  { filters: 16, stride: 2 },
  { filters: 16, stride: 1 },
  { filters: 32, stride: 2 },
  { filters: 32, stride: 1 },
];

/** A convolution or a max-pool, given by the side of its window. A `strided` one has the block's stride. */
type Step = { readonly name: string; readonly strided?: true } & (
  | { readonly conv: number }
  | { readonly pool: number }
);

/** The branches of a block, each a sequence of steps from its input to its output. */
type Branches = readonly (readonly Step[])[];

const branches: Branches = [
  [{ name: '1x1', conv: 1, strided: true }],
  [
    { name: '3x3_reduce', conv: 1, strided: true },
    { name: '3x3', conv: 3 },
  ],
  [
    { name: '5x5_reduce', conv: 1, strided: true },
    { name: '5x5', conv: 5 },
  ],
  [
    { name: 'pool', pool: 3 },
    { name: 'pool_proj', conv: 1, strided: true },
  ],
];

/** Without the 1×1 convolutions before the larger kernels and after the pool. */
const naiveBranches: Branches = [
  [{ name: '1x1', conv: 1, strided: true }],
  [{ name: '3x3', conv: 3, strided: true }],
  [{ name: '5x5', conv: 5, strided: true }],
  [{ name: 'pool', pool: 3, strided: true }],
];

/**
 * A small GoogLeNet, ten weighted layers deep: Szegedy et al., "Going Deeper with Convolutions", 2014
 * (https://arxiv.org/abs/1409.4842). Each block applies kernels of several sizes to the same input and concatenates
 * the results. 121,418 parameters at the defaults.
 *
 * @returns float32 [batch, height, width, channels] → probabilities [batch, classes]
 */
export function inception10({ bottlenecks = true, ...options }: InceptionOptions = {}): tf.LayersModel {
  check(typeof bottlenecks === 'boolean', 'bottlenecks', bottlenecks, 'true or false');
  const chosen = settings(options, defaults);
  const make = new LayerMaker(chosen);

  const inceptionBlock = (
    input: tf.SymbolicTensor,
    block: string,
    filters: number,
    stride: number,
  ): tf.SymbolicTensor => {
    const layersOf = (step: Step): tf.layers.Layer[] => {
      const name = (kind: string): string => `${block}_${step.name}_${kind}`;
      const taken = step.strided ? stride : 1;
      return 'pool' in step
        ? [make.maxPool(`${block}_${step.name}`, step.pool, taken, 'same')]
        : make.conv(name, { filters, size: step.conv, stride: taken });
    };
    const ways = bottlenecks ? branches : naiveBranches;
    const outputs = ways.map((steps) => through(input, steps.flatMap(layersOf)));
    return tf.layers.concatenate({ name: `${block}_concat` }).apply(outputs) as tf.SymbolicTensor;
  };

  const image = tf.input({ name: 'image', shape: [...chosen.inputShape] });
  let x = through(
    image,
    make.conv((kind) => `stem_${kind}`, { filters: 16, size: 3 }),
  );
  for (const [i, { filters, stride }] of blocks.entries()) {
    x = inceptionBlock(x, `block${i + 1}`, filters, stride);
  }
  const probabilities = through(x, [
    tf.layers.globalAveragePooling2d({ name: 'average' }),
    ...make.dropout('drop_average'),
    make.classifier(),
  ]);
  const name = bottlenecks ? 'inception10' : 'naive-inception';
  return ofWidth(tf.model({ name, inputs: image, outputs: probabilities }), chosen.width);
}
