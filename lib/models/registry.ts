import { UserError } from '../runtime/errors';
import { alexnet8 } from './alexnet8';
import { baseline } from './baseline';
import { inception10 } from './inception10';
import { lenet5 } from './lenet5';
import type { Network } from './network';
import { resnet18 } from './resnet18';
import { speedrun } from './speedrun';
import { variantOf } from './variant';
import { vgg16 } from './vgg16';

/**
 * Every network of the project, by the name of its models. To add one, write a file beside this one and add a row
 * here.
 */
export const networks = {
  baseline: {
    title: 'Baseline',
    idea: 'one convolution block with batch normalisation and dropout, then a small classifier',
    paper: {
      title: 'Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift',
      authors: 'Ioffe & Szegedy',
      year: 2015,
      url: 'https://arxiv.org/abs/1502.03167',
    },
    build: baseline,
  },
  lenet5: {
    title: 'LeNet-5',
    idea: 'convolutions share their weights over the image, pools make room for what moves a little',
    paper: {
      title: 'Gradient-Based Learning Applied to Document Recognition',
      authors: 'LeCun, Bottou, Bengio & Haffner',
      year: 1998,
      url: 'http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf',
    },
    build: lenet5,
  },
  alexnet8: {
    title: 'AlexNet8',
    idea: 'deeper and wider, made trainable by ReLU and dropout',
    paper: {
      title: 'ImageNet Classification with Deep Convolutional Neural Networks',
      authors: 'Krizhevsky, Sutskever & Hinton',
      year: 2012,
      url: 'https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks',
    },
    build: alexnet8,
  },
  vgg16: {
    title: 'VGG16',
    idea: 'blocks of nothing but 3×3 convolutions: depth from repetition',
    paper: {
      title: 'Very Deep Convolutional Networks for Large-Scale Image Recognition',
      authors: 'Simonyan & Zisserman',
      year: 2014,
      url: 'https://arxiv.org/abs/1409.1556',
    },
    build: vgg16,
  },
  resnet18: {
    title: 'ResNet18',
    idea: 'blocks learn what to add to their input, so that gradients reach through any depth',
    paper: {
      title: 'Deep Residual Learning for Image Recognition',
      authors: 'He, Zhang, Ren & Sun',
      year: 2015,
      url: 'https://arxiv.org/abs/1512.03385',
    },
    build: resnet18,
  },
  inception10: {
    title: 'Inception10',
    idea: 'each block looks through windows of several sizes at once, with few parameters',
    paper: {
      title: 'Going Deeper with Convolutions',
      authors: 'Szegedy, Liu, Jia, Sermanet, Reed, Anguelov, Erhan, Vanhoucke & Rabinovich',
      year: 2014,
      url: 'https://arxiv.org/abs/1409.4842',
    },
    build: inception10,
  },
  speedrun: {
    title: 'Speedrun',
    idea: 'all that wastes training time left out: whitened input, identities to start from, early pools',
    paper: {
      title: '94% on CIFAR-10 in 3.29 Seconds on a Single GPU',
      authors: 'Jordan',
      year: 2024,
      url: 'https://arxiv.org/abs/2404.00498',
    },
    build: speedrun,
  },
} satisfies Record<string, Network>;

export type NetworkName = keyof typeof networks;

/**
 * Looks up a network by a name from outside the program, such as a command-line argument.
 * @throws UserError that lists the known names
 */
export function networkNamed(name: string): Network {
  if (Object.hasOwn(networks, name)) return networks[name as NetworkName];
  throw new UserError(`No network is called "${name}". Choose one of: ${Object.keys(networks).join(', ')}.`);
}

/**
 * The title to show for a model: its network's, or the model's own name if it is not one of the project's networks.
 * A network of another depth is named after its sibling: vgg19 is VGG19, after VGG16. What is unusual about the model
 * follows: `VGG16, width 0.25`.
 */
export function titleOf(model: { name: string }): string {
  const variant = variantOf(model);
  return variant === undefined ? networkTitle(model) : `${networkTitle(model)}, ${variant}`;
}

function networkTitle(model: { name: string }): string {
  const [family, depth] = familyAndDepth(model.name);
  for (const [name, { title }] of Object.entries(networks)) {
    if (name === model.name) return title;
    const [siblings, known] = familyAndDepth(name);
    if (depth !== '' && known !== '' && siblings === family) return title.replace(/\d+$/, depth);
  }
  return model.name;
}

function familyAndDepth(name: string): [string, string] {
  const depth = /\d*$/.exec(name)?.[0] ?? '';
  return [name.slice(0, name.length - depth.length), depth];
}
