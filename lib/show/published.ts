/** Published results as tables: by themselves, beside the reader's own, and as the table of the README. */
import { grouped, megabytes } from '../data/text';
import type { NetworkResult } from '../lessons/result';
import type { PublishedRecord } from '../published/record';
import { readRecords } from '../published/record-file';
import { bestResult, publishedResults, type PublishedResult } from '../published/results';
import { duration, missing, percent, whole } from './format';
import { emit } from './output';
import { accuracyText, viewsText } from './results';
import { table, tableOutput, type Table } from './table';

/** A row for each network and recipe. */
export function publishedTable(results: readonly PublishedResult[]): Table {
  const common = <T>(value: (result: PublishedResult) => T): T | undefined =>
    new Set(results.map(value)).size === 1 ? value(results[0]) : undefined;
  const dataset = common((result) => result.dataset.name);
  const device = common((result) => result.device);
  const rows = results.map((result) => ({
    network: result.network.title,
    recipe: result.recipeName,
    parameters: result.network.parameters,
    multiplyAdds: result.network.multiplyAdds,
    testAccuracy: accuracyText(result.testAccuracy),
    ...(results.some(({ views }) => views) && { views: viewsText(result) }),
    seeds: result.records.length,
    epochs: result.epochs,
    time: duration(result.seconds) + precisionText(result),
    petaflops: result.petaflops,
    weights: weightsText(result.withWeights),
    ...(dataset === undefined && { dataset: result.dataset.name }),
    ...(device === undefined && { device: result.device }),
  }));
  return table(rows, {
    caption: ['Published results', dataset, device].filter((text) => text !== undefined).join(' · '),
    labels: {
      multiplyAdds: 'multiply-adds',
      testAccuracy: 'test accuracy',
      views: 'with several views',
      petaflops: 'PFLOP',
      weights: 'published weights',
    },
    format: { parameters: whole, multiplyAdds: whole },
  });
}

/** What makes a time hard to compare with that of a training in float32; nothing for float32. */
export function precisionText({ precision }: Pick<PublishedResult, 'precision'>): string {
  return precision === 'float32' ? '' : ` (${precision.replace('mixed_', '')})`;
}

/** Kernels' type, size, and the accuracy with them: `uint8, 15.3 MB, 91.2 %`. */
function weightsText(record: PublishedRecord | undefined): string {
  if (!record?.weights) return missing;
  const { kernels, files, test } = record.weights;
  const bytes = Object.values(files).reduce((total, file) => total + file.bytes, 0);
  return `${kernels}, ${megabytes(bytes)}, ${percent(test.accuracy)}`;
}

/** Shows the published result of each network beside one's own, each with the images that it was measured on. */
export function showPublished(
  own: readonly NetworkResult[] = [],
  published: readonly PublishedResult[] = publishedResults(readRecords()),
): void {
  emit(tableOutput(own.length === 0 ? publishedTable(published) : besideTable(own, published)));
}

/** A row for each of one's own results; the columns say which numbers are published and which are one's own. */
export function besideTable(own: readonly NetworkResult[], published: readonly PublishedResult[]): Table {
  const rows = own.map((result) => {
    const best = bestResult(published, nameOf(published, result.network));
    return {
      published: best && accuracyText(best.testAccuracy),
      recipe: best?.recipeName,
      publishedOn: best && `${best.dataset.name}, ${grouped(best.dataset.trainImages)} images`,
      network: result.network,
      accuracy:
        result.accuracy === undefined
          ? undefined
          : accuracyText({ mean: result.accuracy, deviation: result.deviation ?? NaN }),
      dataset: result.dataset,
    };
  });
  const here = [...new Set(own.flatMap(({ dataset }) => dataset ?? []))];
  return table(rows, {
    caption: ['Published results, and those from here', ...here].join(' · '),
    labels: { publishedOn: 'on', network: 'network here', accuracy: 'accuracy here', dataset: 'on ' },
  });
}

/** A variant belongs to its network: `VGG16, width 0.25` to VGG16. */
function nameOf(published: readonly PublishedResult[], title: string): string {
  const [plain] = title.split(',');
  return published.find(({ network }) => network.title === plain)?.network.name ?? '';
}
