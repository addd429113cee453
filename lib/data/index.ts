export { batchTensor, labelTensor } from './batch';
export { type Crop, cropped, type CropPadding } from './crops';
export type { Progress } from './download';
export { type SplitInputs, withInputs } from './inputs';
export { CIFAR10_NAME, describe, loadDataset, type LoadOptions, SAMPLE_NAME } from './load';
export { drawColourShift, type PrincipalColours, principalColours, shiftColours } from './principal-colours';
export { Random } from './random';
export {
  type ChannelStatistics,
  channelStatistics,
  classCounts,
  firstOfEach,
  meanImages,
} from './statistics';
export type { Dataset, DataSource, ImageInput, ImageInputs, ImageSet, SourceKind } from './types';
