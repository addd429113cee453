/** Runs that belong to a study, put together again: what became of a network when one setting was moved. */
import type { Sweep, SweepPoint } from '../study/sweep';
import type { RunRecord } from '../runs/read-runs';
import { results, type Result } from '../runs/results';
import { groupBy } from './group';
import { distinctNames } from './names';

export interface Study {
  /** For the figures. */
  readonly sweep: Sweep;
  /** Titles of its networks: several where each setting is a network of its own. */
  readonly networks: readonly string[];
  /** In the order of the settings: of numbers by size, of others as they were begun. */
  readonly rows: readonly StudyRow[];
  /** Runs that have not come to their end. */
  readonly unfinished: number;
}

export interface StudyRow {
  readonly setting: string;
  /** Undefined for a setting that no run has trained to its end. */
  readonly result: Result | undefined;
  /** Why a run of it could not be trained to its end; null if all could. */
  readonly failure: string | null;
}

/** @param runs that belong to studies, all on the same images, in the order of their beginning */
export function studiesOf(runs: readonly RunRecord[]): Study[] {
  const byName = groupBy(runs, (run) => run.study?.name ?? '');
  return [...byName.values()].flatMap((study) => {
    const settings = groupBy(study, (run) => run.study?.setting ?? '');
    const isMixed = [...settings.values()].some((same) => new Set(same.map(labelOf)).size > 1);
    // Two networks with the same settings are two studies; one network for each setting is what is studied.
    const apart = isMixed ? [...groupBy(study, labelOf).values()] : [study];
    return apart.map(studyOf).filter(({ rows }) => rows.length > 0);
  });
}

function studyOf(runs: readonly RunRecord[]): Study {
  const [first] = runs;
  const byName = new Map(runs.map((run) => [run.name, run]));
  const done = results(runs);
  const names = distinctNames(done, ({ study }) => study?.setting ?? '');
  const failures = runs.filter(({ status }) => status === 'failed');
  const failureOf = (setting: string): string | null =>
    failures.find(({ study }) => study?.setting === setting)?.failure ?? null;
  const order = [...new Set(runs.map(({ study }) => study?.setting ?? ''))];
  if (order.every((setting) => Number.isFinite(Number(setting)))) order.sort((a, b) => Number(a) - Number(b));

  const rows = order.flatMap((setting): StudyRow[] => {
    const failure = failureOf(setting);
    const own = done.flatMap((result, i) =>
      result.study?.setting === setting ? [{ setting: names[i], result, failure }] : [],
    );
    return own.length > 0 || failure === null ? own : [{ setting, result: undefined, failure }];
  });
  const points = rows.map(({ setting, result, failure }): SweepPoint => {
    const trained = result?.runs.flatMap((name) => byName.get(name) ?? []) ?? [];
    return {
      ...{ setting, failure, parameters: result?.parameters ?? NaN },
      runs: trained.flatMap(({ recipe: { seed }, history }) => (history ? [{ seed, history }] : [])),
    };
  });
  const networks = [...new Set(runs.map(labelOf))];
  const sweep: Sweep = {
    study: first.study?.name ?? '',
    network: networks.join(', '),
    dataset: first.dataset.name,
    ...{ points, runs: runs.length, interrupted: false },
  };
  const unfinished = runs.filter(({ status }) => status === 'running' || status === 'interrupted').length;
  return { sweep, networks, rows, unfinished };
}

function labelOf({ label, network }: RunRecord): string {
  return label ?? network.title;
}
