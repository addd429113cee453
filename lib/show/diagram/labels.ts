import { outputShape } from '../../models/costs';
import type { Unit } from '../../models/structure';
import { tf } from '../../runtime/tensorflow';

/** The kind of a box, which decides its colour. */
export type Category = 'convolution' | 'dense' | 'pool' | 'merge' | 'other';

export interface Label {
  /** The first layer: `conv 3×3, 64`. */
  readonly title: string;
  /** The layers that follow it in the same box: `BN · ReLU`. Empty if there are none. */
  readonly detail: string;
  readonly category: Category;
}

export function labelOf({ layers: [first, ...finishing] }: Unit): Label {
  const [title, category] = describe(first);
  const own = activationOf(first);
  return {
    title,
    detail: [...(own ? [own] : []), ...finishing.map((layer) => describe(layer)[0])].join(' · '),
    category,
  };
}

/** Output shape of a box: height, width and channels, or a number of units. */
export function shapeOf({ layers }: Unit): string {
  return outputShape(layers.at(-1)!).join('×');
}

/** Writes a shape without its batch axis. */
export function shapeText(shape: unknown): string {
  return (shape as (number | null)[])
    .slice(1)
    .map((size) => size ?? '?')
    .join('×');
}

function describe(layer: tf.layers.Layer): [string, Category] {
  if (layer instanceof tf.LayersModel) return [layer.name, 'other'];
  const config = layer.getConfig();
  const window = (size: unknown): string => {
    const stride = first(config['strides'] ?? 1);
    return `${first(size)}×${first(size)}${stride === 1 ? '' : ` /${stride}`}`;
  };
  const type = layer.getClassName();
  switch (type) {
    case 'Conv2D':
      return [`conv ${window(config['kernelSize'])}, ${Number(config['filters'])}`, 'convolution'];
    case 'Dense':
      return [`dense ${Number(config['units'])}`, 'dense'];
    case 'MaxPooling2D':
      return [`max-pool ${window(config['poolSize'])}`, 'pool'];
    case 'AveragePooling2D':
      return [`mean-pool ${window(config['poolSize'])}`, 'pool'];
    case 'GlobalAveragePooling2D':
      return ['global average', 'pool'];
    case 'GlobalMaxPooling2D':
      return ['global maximum', 'pool'];
    case 'Rescaling':
      return [`times ${Number(Number(config['scale']).toPrecision(3))}`, 'other'];
    case 'BatchNormalization':
      return ['BN', 'other'];
    case 'Activation':
      return [activationOf(layer), 'other'];
    case 'Dropout':
      return [`dropout ${Number(config['rate'])}`, 'other'];
    case 'Add':
      return ['add', 'merge'];
    case 'Concatenate':
      return ['concatenate', 'merge'];
    case 'Flatten':
      return ['flatten', 'other'];
    default:
      return [type, 'other'];
  }
}

const written: Readonly<Record<string, string>> = {
  relu: 'ReLU',
  elu: 'ELU',
  selu: 'SELU',
  gelu: 'GELU',
  linear: '',
};

function activationOf(layer: tf.layers.Layer): string {
  const name = layer.getConfig()['activation'];
  return typeof name === 'string' ? (written[name] ?? name) : '';
}

/** tfjs gives a window's height and width, or one number for both; windows are assumed to be square. */
function first(sizes: unknown): number {
  return Array.isArray(sizes) ? (sizes[0] as number) : (sizes as number);
}
