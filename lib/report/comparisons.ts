/** The results of runs, separately for each set of images, since accuracies on different images cannot be compared. */
import type { Appearance } from '../show/palette';
import { appearancesOf } from '../show/palette';
import type { History } from '../runs/history';
import { withDatasetNames } from '../runs/dataset-names';
import type { RunRecord } from '../runs/read-runs';
import { results, type Result } from '../runs/results';
import type { RunSettings } from '../runs/run-files';
import { groupBy } from './group';
import { meanHistory } from './mean-history';
import { distinctNames, isVariant } from './names';
import { studiesOf, type Study } from './studies';

/** Everything that was trained and measured on the same images. */
export interface Comparison {
  readonly dataset: RunSettings['dataset'];
  /** Best first: by test accuracy, then by validation accuracy. */
  readonly networks: readonly NetworkRow[];
  readonly studies: readonly Study[];
  /** How each of the `networks` looks in all figures. */
  readonly looks: ReadonlyMap<string, Appearance>;
  /** When the newest run began, in ISO 8601. */
  readonly newest: string;
}

export interface NetworkRow {
  /** The network's title or the runs' label; if several have the same, also what distinguishes them. */
  readonly name: string;
  /** The name of the row that it is a variant of. */
  readonly variantOf: string | undefined;
  readonly result: Result;
  /** Mean over the seeds. */
  readonly history: History;
}

/** Sorted by number of networks, then by number of images, then by date; the largest and newest first. */
export function comparisonsOf(runs: readonly RunRecord[]): Comparison[] {
  const byImages = groupBy(withDatasetNames(runs), ({ dataset: { name, trainImages, testImages, digest } }) =>
    JSON.stringify([name, trainImages, testImages, digest]),
  );
  return [...byImages.values()]
    .map(comparisonOf)
    .filter(({ networks, studies }) => networks.length + studies.length > 0)
    .sort(
      (a, b) =>
        mainRows(b).length - mainRows(a).length ||
        b.dataset.trainImages - a.dataset.trainImages ||
        (a.newest < b.newest ? 1 : -1),
    );
}

/** The networks themselves, without their variants. */
export function mainRows({ networks }: Pick<Comparison, 'networks'>): NetworkRow[] {
  return networks.filter(({ variantOf }) => variantOf === undefined);
}

function comparisonOf(runs: readonly RunRecord[]): Comparison {
  const networks = networkRows(runs.filter(({ study }) => study === undefined));
  return {
    dataset: runs[0].dataset,
    networks,
    studies: studiesOf(runs.filter(({ study }) => study !== undefined)),
    looks: looksOf(networks),
    newest: runs.reduce((latest, { created }) => (created > latest ? created : latest), ''),
  };
}

/** Networks look as they do everywhere; the variants of each differ from it and from each other. */
function looksOf(networks: readonly NetworkRow[]): Map<string, Appearance> {
  const main = mainRows({ networks }).map(({ name }) => name);
  const looks = appearancesOf(main);
  for (const root of main) {
    const variants = networks.flatMap(({ name, variantOf }) => (variantOf === root ? [name] : []));
    const family = appearancesOf([root, ...variants]);
    for (const name of variants) looks.set(name, family.get(name)!);
  }
  return looks;
}

function networkRows(runs: readonly RunRecord[]): NetworkRow[] {
  const byName = new Map(runs.map((run) => [run.name, run]));
  const createdOf = ({ runs: names }: Result): string => byName.get(names[names.length - 1])?.created ?? '';
  // If several have the same label, the most complete one keeps it.
  const rows = results(runs).sort(
    (a, b) => b.runs.length - a.runs.length || b.epochs - a.epochs || (createdOf(a) < createdOf(b) ? 1 : -1),
  );
  const names = distinctNames(rows);
  return rows
    .map((result, i): NetworkRow => {
      const name = names[i];
      const [variantOf] = names.filter((other) => isVariant(name, other)).sort((a, b) => a.length - b.length);
      const histories = result.runs.flatMap((run) => byName.get(run)?.history ?? []);
      return { name, variantOf, result, history: meanHistory(name, histories) };
    })
    .sort(
      (a, b) =>
        accuracyOf(b, 'testAccuracy') - accuracyOf(a, 'testAccuracy') ||
        accuracyOf(b, 'valAccuracy') - accuracyOf(a, 'valAccuracy'),
    );
}

function accuracyOf({ result }: NetworkRow, which: 'testAccuracy' | 'valAccuracy'): number {
  return result[which]?.mean ?? -1;
}
