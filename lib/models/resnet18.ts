import { check } from '../runtime/check';
import { tf } from '../runtime/tensorflow';
import { LayerMaker, through } from './layers';
import type { NetworkOptions } from './network';
import { checkDepth, settings } from './options';
import { ofWidth } from './variant';

export interface ResNetOptions extends NetworkOptions {
  /** Weighted layers: the paper's 18 and 34, or 20, its narrow network for CIFAR-10. Defaults to 18. */
  depth?: 18 | 20 | 34;
  /** False builds the paper's plain network: the same convolutions without shortcuts. Defaults to true. */
  shortcuts?: boolean;
}

const defaults = { dropout: 0, activation: 'relu', batchNorm: true } as const;

interface Stage {
  readonly filters: number;
  readonly blocks: number;
}

/** The stages by depth, which counts two convolutions a block, one in the stem, and the dense layer. */
const architectures: Readonly<Record<18 | 20 | 34, readonly Stage[]>> = {
  18: stages([64, 128, 256, 512], [2, 2, 2, 2]),
  20: stages([16, 32, 64], [3, 3, 3]),
  34: stages([64, 128, 256, 512], [3, 4, 6, 3]),
};

function stages(filters: readonly number[], blocks: readonly number[]): Stage[] {
  return filters.map((count, i) => ({ filters: count, blocks: blocks[i] }));
}

/**
 * ResNet: He, Zhang, Ren & Sun, "Deep Residual Learning for Image Recognition", 2015
 * (https://arxiv.org/abs/1512.03385). Blocks learn what to add to their input, so that signals and gradients pass
 * through any depth. 11,183,562 parameters at the defaults.
 *
 * As is usual for small images, the stem is one 3×3 convolution without a pool. Where a stage halves the image,
 * the shortcut is a 1×1 convolution (the paper's option B, here for depth 20 as well). Convolutions have no
 * bias, since batch normalisation would subtract it again; without batch normalisation they have one.
 *
 * @returns float32 [batch, height, width, channels] → probabilities [batch, classes]
 */
export function resnet18({ depth = 18, shortcuts = true, ...options }: ResNetOptions = {}): tf.LayersModel {
  checkDepth(depth, architectures);
  check(typeof shortcuts === 'boolean', 'shortcuts', shortcuts, 'true or false');
  const chosen = settings(options, defaults);
  const make = new LayerMaker(chosen);
  const bias = !chosen.batchNorm;

  /** Two 3×3 convolutions and, with shortcuts, the sum of their result with the input or its projection. */
  const basicBlock = (
    input: tf.SymbolicTensor,
    name: string,
    filters: number,
    stride: number,
  ): tf.SymbolicTensor => {
    const residual = through(input, [
      ...make.conv((kind) => `${name}_${kind}1`, { filters, size: 3, stride, bias }),
      ...make.conv((kind) => `${name}_${kind}2`, { filters, size: 3, bias, activate: false }),
    ]);
    const end = [make.activation((kind) => `${name}_${kind}2`)];
    if (!shortcuts) return through(residual, end);
    const shortcut =
      stride === 1
        ? input
        : through(
            input,
            make.conv((kind) => `${name}_shortcut_${kind}`, {
              filters,
              size: 1,
              stride,
              bias,
              activate: false,
            }),
          );
    const sum = tf.layers.add({ name: `${name}_add` }).apply([residual, shortcut]) as tf.SymbolicTensor;
    return through(sum, end);
  };

  const image = tf.input({ name: 'image', shape: [...chosen.inputShape] });
  const stem = { filters: architectures[depth][0].filters, size: 3, bias };
  let x = through(
    image,
    make.conv((kind) => `stem_${kind}`, stem),
  );
  for (const [s, { filters, blocks }] of architectures[depth].entries()) {
    for (let block = 1; block <= blocks; block++) {
      x = basicBlock(x, `stage${s + 1}_block${block}`, filters, s > 0 && block === 1 ? 2 : 1);
    }
  }
  const probabilities = through(x, [
    tf.layers.globalAveragePooling2d({ name: 'average' }),
    ...make.dropout('drop_average'),
    make.classifier(tf.regularizers.l2({ l2: 0.01 })),
  ]);
  const name = shortcuts ? `resnet${depth}` : `plain-${depth}`;
  return ofWidth(tf.model({ name, inputs: image, outputs: probabilities }), chosen.width);
}
