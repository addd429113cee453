/** Which images a record is about. */
import { datasetDigest } from '../data/hash';
import type { Dataset, ImageSet } from '../data/types';

const none: ImageSet = { images: new Uint8Array(), labels: new Uint8Array(), count: 0 };

/** sha256 over class names, shape, pixels and labels of the test images alone, whatever was loaded to train on. */
export function testDigest(dataset: Dataset): string {
  return datasetDigest({ ...dataset, train: none });
}
