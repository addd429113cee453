/** Studies put together from their runs: how a network does when one hyperparameter is varied. */
import type { Sweep, SweepPoint } from '../study/sweep';
import type { RunRecord } from '../runs/read-runs';
import { results, type Result } from '../runs/results';
import { groupBy } from './group';
import { distinctNames } from './names';

export interface Study {
  /** The study as a sweep, for the figures. */
  readonly sweep: Sweep;
  /** Titles of its networks: several if each setting is a network of its own. */
  readonly networks: readonly string[];
  /** In the order of the settings: numbers by size, others by when they were first trained. */
  readonly rows: readonly StudyRow[];
  /** Number of runs that are not finished. */
  readonly unfinished: number;
}

export interface StudyRow {
  readonly setting: string;
  /** Undefined if no run with this setting has finished. */
  readonly result: Result | undefined;
  /** Why a run with this setting failed; null if none did. */
  readonly failure: string | null;
}

/** @param runs that belong to studies, all on the same images, oldest first */
export function studiesOf(runs: readonly RunRecord[]): Study[] {
  const byName = groupBy(runs, (run) => run.study?.name ?? '');
  return [...byName.values()].flatMap((study) => {
    const settings = groupBy(study, (run) => run.study?.setting ?? '');
    const isMixed = [...settings.values()].some((same) => new Set(same.map(labelOf)).size > 1);
    // If several networks have the same setting, each network is a study. Otherwise the network is the setting.
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
