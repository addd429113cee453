export { batchTensor, labelTensor } from './batch';
export type { Progress } from './download';
export { CIFAR10_NAME, describe, loadDataset, type LoadOptions, SAMPLE_NAME } from './load';
export { Random } from './random';
export { type ChannelStatistics, channelStatistics } from './statistics';
export type { Dataset, DataSource, ImageSet, SourceKind } from './types';
