/** A study of one hyperparameter: its table, its figure, its curves. */
import { sweepCurves, sweepFigure } from '../../show/sweep';
import { duration, missing, whole } from '../../show/format';
import { accuracyText } from '../../show/results';
import type { Study, StudyRow } from '../studies';
import { figureMarkup } from './figure';
import { counted } from './format';
import { type Markup, markup } from './markup';
import { type Column, tableMarkup } from './table';

export function studySection({ sweep, rows, unfinished }: Study): Markup[] {
  const trained = rows.flatMap(({ result }) => result ?? []);
  const failed = rows.filter(({ failure }) => failure !== null);
  const notes = [
    ...failed.map(({ setting, failure }) => `${sweep.study} ${setting}: ${failure ?? ''}`),
    ...(unfinished > 0 ? [`${counted(unfinished, 'run')} not finished yet.`] : []),
  ];
  return [
    studyTable(sweep.study, `${sweep.network} on ${sweep.dataset}`, rows),
    ...notes.map((note) => markup`<p>${note}</p>`),
    ...(trained.some(({ valAccuracy }) => valAccuracy) ? [figureMarkup(sweepFigure(sweep))] : []),
    ...(trained.length > 0
      ? [
          markup`<details><summary>Curves of ${sweep.study}, with the first seed of each setting</summary>
${figureMarkup(sweepCurves(sweep))}</details>`,
        ]
      : []),
  ];
}

function studyTable(study: string, caption: string, rows: readonly StudyRow[]): Markup {
  const some = (has: (row: StudyRow) => boolean, column: Column<StudyRow>): Column<StudyRow>[] =>
    rows.some(has) ? [column] : [];
  const accuracy = (label: string, which: 'valAccuracy' | 'testAccuracy'): Column<StudyRow> => ({
    label,
    numeric: true,
    cell: ({ result }) => ({ content: accuracyText(result?.[which]), sort: result?.[which]?.mean ?? '' }),
  });
  const parameters = new Set(rows.flatMap(({ result }) => result?.parameters ?? []));
  const number = (
    label: string,
    key: 'parameters' | 'seconds' | 'imagesPerSecond',
    write: (value: number) => string,
  ): Column<StudyRow> => ({
    label,
    numeric: true,
    cell: ({ result }) => (result ? { content: write(result[key]), sort: result[key] } : missing),
  });
  const columns: Column<StudyRow>[] = [
    {
      label: study,
      cell: ({ setting }) => ({
        content: setting,
        sort: Number.isFinite(Number(setting)) ? Number(setting) : setting,
      }),
    },
    accuracy('validation accuracy', 'valAccuracy'),
    ...some(({ result }) => result?.testAccuracy !== undefined, accuracy('test accuracy', 'testAccuracy')),
    {
      label: 'seeds',
      numeric: true,
      cell: ({ result }) => ({ content: String(result?.runs.length ?? 0), sort: result?.runs.length ?? 0 }),
    },
    ...(parameters.size > 1 ? [number('parameters', 'parameters', whole)] : []),
    number('training', 'seconds', duration),
    number('images/s', 'imagesPerSecond', whole),
  ];
  return tableMarkup(rows, columns, { caption });
}
