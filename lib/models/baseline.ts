import { tf } from '../runtime/tensorflow';
import { LayerMaker } from './layers';
import type { NetworkOptions } from './network';
import { settings } from './options';
import { ofWidth } from './variant';

export type BaselineOptions = NetworkOptions;

const defaults = { dropout: 0.2, activation: 'relu', batchNorm: true } as const;

/**
 * The starting point: one convolution block, then a small classifier. 198,506 parameters at the defaults.
 *
 * The block is the sequence that the larger networks repeat, known by its initials CBAPD: convolution, batch
 * normalisation (Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167), activation, pooling, dropout.
 *
 * @returns float32 [batch, height, width, channels] → probabilities [batch, classes]
 */
export function baseline(options: BaselineOptions = {}): tf.LayersModel {
  const chosen = settings(options, defaults);
  const make = new LayerMaker(chosen);
  return ofWidth(
    tf.sequential({
      name: 'baseline',
      layers: [
        ...make.conv((kind) => kind, { filters: 6, size: 5, inputShape: chosen.inputShape }),
        make.maxPool('pool', 2, 2, 'same'),
        ...make.dropout('drop_conv'),
        tf.layers.flatten({ name: 'flatten' }),
        ...make.hidden('hidden', 128),
        make.classifier(),
      ],
    }),
    chosen.width,
  );
}
