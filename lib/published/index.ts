/** The committed results of this project: records, trained networks, and training them again. */
export { pretrained, publishedFacts, type PretrainedOptions, type PublishedFacts } from './pretrained';
export type { PublishedRecord, PublishedTest, PublishedWeights } from './record';
export { readRecords as publishedRecords } from './record-file';
export { publishedResults, type PublishedResult } from './results';
