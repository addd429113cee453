import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { expectReadableFile } from './files';
import type { Dataset } from './types';

/** sha256 of some bytes, in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** sha256 of a file of any size, in hex. */
export async function sha256File(file: string): Promise<string> {
  expectReadableFile(file);
  const hash = createHash('sha256');
  for await (const chunk of fs.createReadStream(file, { highWaterMark: 1 << 20 }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** sha256 of everything that training sees of a dataset; see `DataSource.digest`. */
export function datasetDigest(
  dataset: Pick<Dataset, 'classNames' | 'imageShape' | 'train' | 'test'>,
): string {
  const { classNames, imageShape, train, test } = dataset;
  const header = JSON.stringify({ classNames, imageShape, train: train.count, test: test.count });
  const hash = createHash('sha256').update(header);
  for (const set of [train, test]) hash.update(set.images).update(set.labels);
  return hash.digest('hex');
}
