import { results, type Result, type Spread } from '../runs/results';
import { describeRecipe } from '../recipe';
import type { RunRecord } from '../runs/read-runs';
import { duration, missing, percent, whole } from './format';
import { emit } from './output';
import { table, tableOutput, type Table } from './table';

/** Shows a table of results: one row for runs that differ only in their seed. */
export function showResults(runs: readonly RunRecord[]): void {
  emit(tableOutput(resultsTable(results(runs))));
}

export function resultsTable(rows: readonly Result[]): Table {
  const common = <T>(value: (row: Result) => T): T | undefined =>
    new Set(rows.map(value)).size === 1 ? value(rows[0]) : undefined;
  // What all rows have in common is shown above the table.
  const device = common((row) => row.device);
  const dataset = common((row) => row.dataset);
  const recipe = common((row) => describeRecipe(row.recipe));
  const cells = rows.map((row) => ({
    network: row.network,
    parameters: row.parameters,
    multiplyAdds: row.multiplyAdds,
    ...(dataset === undefined && { dataset: row.dataset }),
    ...(device === undefined && { device: row.device }),
    ...(recipe === undefined && { recipe: describeRecipe(row.recipe) }),
    epochs: row.epochs,
    time: duration(row.seconds),
    imagesPerSecond: row.imagesPerSecond,
    valAccuracy: accuracyText(row.valAccuracy),
    testAccuracy: accuracyText(row.testAccuracy),
    ...(rows.some(({ views }) => views) && { views: viewsText(row) }),
    seeds: row.runs.length,
    runs: runNames(row.runs),
  }));
  return table(cells, {
    caption: [dataset, device, recipe].filter((text) => text !== undefined).join(' · '),
    labels: {
      multiplyAdds: 'multiply-adds',
      imagesPerSecond: 'images/s',
      valAccuracy: 'validation accuracy',
      testAccuracy: 'test accuracy',
      views: 'with several views',
    },
    format: { imagesPerSecond: whole, parameters: whole, multiplyAdds: whole },
  });
}

/** 91.2 % (mirror) */
export function viewsText({ views }: Pick<Result, 'views'>): string {
  return views ? `${accuracyText(views.accuracy)} (${views.name})` : missing;
}

/** 0.5872 and 0.0031 → 58.7 ± 0.3 %; without a deviation, 58.7 %. */
export function accuracyText(spread: Spread | undefined): string {
  if (!spread) return missing;
  const { mean, deviation } = spread;
  if (!Number.isFinite(deviation)) return percent(mean);
  return `${(mean * 100).toFixed(1)} ± ${(deviation * 100).toFixed(1)} %`;
}

/** One name for several runs: `baseline-seed*` for `baseline-seed1`, `baseline-seed2` and `baseline-seed3`. */
export function runNames(names: readonly string[]): string {
  if (names.length === 1) return names[0];
  let shared = names[0];
  for (const name of names) while (!name.startsWith(shared)) shared = shared.slice(0, -1);
  return `${shared}*`;
}
