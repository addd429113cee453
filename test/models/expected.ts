/**
 * What the networks have to come to, in one table. Parameters of Baseline to ResNet18 are Keras's, as published
 * with the networks; those of Inception10 follow from its definition, as do all shapes.
 */
import type { NetworkName } from '../../lib/models';

export interface Expected {
  readonly total: number;
  readonly trainable: number;
  readonly nonTrainable: number;
  /** Convolutions and dense layers from input to output. */
  readonly depth: number;
  /** Layer, class, parameters, in the network's order. A name that ends in * stands for all that begin so. */
  readonly rows: readonly (readonly [string, string, number])[];
}

type Rows = Expected['rows'];

function cbr(name: (kind: string) => string, conv: number, bn: number): Rows {
  return [
    [name('conv'), 'Conv2D', conv],
    [name('bn'), 'BatchNormalization', bn],
    [name('relu'), 'Activation', 0],
  ];
}

function vggBlock(block: number, convolutions: readonly (readonly [number, number])[]): Rows {
  return [
    ...convolutions.flatMap(([conv, bn], i) => cbr((kind) => `block${block}_${kind}${i + 1}`, conv, bn)),
    [`block${block}_pool`, 'MaxPooling2D', 0],
    [`block${block}_drop`, 'Dropout', 0],
  ];
}

export const expected: Readonly<Record<NetworkName, Expected>> = {
  baseline: {
    total: 198_506,
    trainable: 198_494,
    nonTrainable: 12,
    depth: 3,
    rows: [
      ...cbr((kind) => kind, 456, 24),
      ['pool', 'MaxPooling2D', 0],
      ['drop_conv', 'Dropout', 0],
      ['flatten', 'Flatten', 0],
      ['hidden', 'Dense', 196_736],
      ['drop_hidden', 'Dropout', 0],
      ['classes', 'Dense', 1_290],
    ],
  },
  lenet5: {
    total: 62_006,
    trainable: 62_006,
    nonTrainable: 0,
    depth: 5,
    rows: [
      ['c1', 'Conv2D', 456],
      ['s2', 'MaxPooling2D', 0],
      ['c3', 'Conv2D', 2_416],
      ['s4', 'MaxPooling2D', 0],
      ['flatten', 'Flatten', 0],
      ['c5', 'Dense', 48_120],
      ['f6', 'Dense', 10_164],
      ['classes', 'Dense', 850],
    ],
  },
  alexnet8: {
    total: 9_639_178,
    trainable: 9_638_474,
    nonTrainable: 704,
    depth: 8,
    rows: [
      ...cbr((kind) => `${kind}1`, 2_688, 384),
      ['pool1', 'MaxPooling2D', 0],
      ...cbr((kind) => `${kind}2`, 221_440, 1_024),
      ['pool2', 'MaxPooling2D', 0],
      ['conv3', 'Conv2D', 885_120],
      ['conv4', 'Conv2D', 1_327_488],
      ['conv5', 'Conv2D', 884_992],
      ['pool5', 'MaxPooling2D', 0],
      ['flatten', 'Flatten', 0],
      ['hidden1', 'Dense', 2_099_200],
      ['drop_hidden1', 'Dropout', 0],
      ['hidden2', 'Dense', 4_196_352],
      ['drop_hidden2', 'Dropout', 0],
      ['classes', 'Dense', 20_490],
    ],
  },
  vgg16: {
    total: 15_262_026,
    trainable: 15_253_578,
    nonTrainable: 8_448,
    depth: 16,
    rows: [
      ...vggBlock(1, [
        [1_792, 256],
        [36_928, 256],
      ]),
      ...vggBlock(2, [
        [73_856, 512],
        [147_584, 512],
      ]),
      ...vggBlock(3, [
        [295_168, 1_024],
        [590_080, 1_024],
        [590_080, 1_024],
      ]),
      ...vggBlock(4, [
        [1_180_160, 2_048],
        [2_359_808, 2_048],
        [2_359_808, 2_048],
      ]),
      ...vggBlock(5, [
        [2_359_808, 2_048],
        [2_359_808, 2_048],
        [2_359_808, 2_048],
      ]),
      ['flatten', 'Flatten', 0],
      ['hidden1', 'Dense', 262_656],
      ['drop_hidden1', 'Dropout', 0],
      ['hidden2', 'Dense', 262_656],
      ['drop_hidden2', 'Dropout', 0],
      ['classes', 'Dense', 5_130],
    ],
  },
  resnet18: {
    total: 11_183_562,
    trainable: 11_173_962,
    nonTrainable: 9_600,
    depth: 18,
    rows: [
      ['image', 'InputLayer', 0],
      ...cbr((kind) => `stem_${kind}`, 1_728, 256),
      ['stage*', '', 11_176_448],
      ['average', 'GlobalAveragePooling2D', 0],
      ['classes', 'Dense', 5_130],
    ],
  },
  inception10: {
    total: 121_418,
    trainable: 120_234,
    nonTrainable: 1_184,
    depth: 10,
    rows: [
      ['image', 'InputLayer', 0],
      ...cbr((kind) => `stem_${kind}`, 3 * 3 * 3 * 16 + 16, 4 * 16),
      ['block1_*', '', inceptionBlock(16, 16)],
      ['block2_*', '', inceptionBlock(64, 16)],
      ['block3_*', '', inceptionBlock(64, 32)],
      ['block4_*', '', inceptionBlock(128, 32)],
      ['average', 'GlobalAveragePooling2D', 0],
      ['classes', 'Dense', 128 * 10 + 10],
    ],
  },
  speedrun: {
    total: 1_973_944,
    trainable: 1_971_640,
    nonTrainable: 2_304,
    depth: 8,
    rows: [
      ['image', 'InputLayer', 0],
      ['whiten', 'Conv2D', 2 * 2 * 3 * 24 + 24],
      ...speedrunGroup(1, 24, 64),
      ...speedrunGroup(2, 64, 256),
      ...speedrunGroup(3, 256, 256),
      ['pool', 'GlobalMaxPooling2D', 0],
      ['scale', 'Rescaling', 0],
      ['classes', 'Dense', 256 * 10],
    ],
  },
};

/** Two convolutions without bias; a normalisation has an offset, a mean and a variance. */
function speedrunGroup(group: number, input: number, filters: number): Rows {
  const finished = (position: number): Rows => [
    [`group${group}_bn${position}`, 'BatchNormalization', 3 * filters],
    [`group${group}_gelu${position}`, 'Activation', 0],
  ];
  return [
    [`group${group}_conv1`, 'Conv2D', 9 * input * filters],
    [`group${group}_pool`, 'MaxPooling2D', 0],
    ...finished(1),
    [`group${group}_conv2`, 'Conv2D', 9 * filters * filters],
    ...finished(2),
  ];
}

/** Four 1×1 convolutions on the input's channels, a 3×3 and a 5×5 behind two of them, all with bias and norm. */
function inceptionBlock(input: number, filters: number): number {
  const weights = 4 * input * filters + (9 + 25) * filters * filters;
  return weights + 6 * (filters + 4 * filters);
}

/**
 * Rows behind the sum of ResNet18's stages, by arithmetic: a 3×3 kernel is 9·in·out, a 1×1 one in·out, a
 * normalisation 4·out; every convolution of a stage's first block, and one of its second.
 */
export const resnetRows: Readonly<Record<string, number>> = {
  stage1_block1_conv1: 9 * 64 * 64,
  stage1_block1_bn1: 4 * 64,
  stage1_block2_conv2: 9 * 64 * 64,
  stage2_block1_conv1: 9 * 64 * 128,
  stage2_block1_conv2: 9 * 128 * 128,
  stage2_block1_shortcut_conv: 64 * 128,
  stage2_block1_shortcut_bn: 4 * 128,
  stage3_block1_conv1: 9 * 128 * 256,
  stage3_block1_shortcut_conv: 128 * 256,
  stage4_block1_conv1: 9 * 256 * 512,
  stage4_block1_shortcut_conv: 256 * 512,
  stage4_block2_bn2: 4 * 512,
};
