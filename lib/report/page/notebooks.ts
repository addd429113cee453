/** The section on notebooks: how each went, and where to read it. */
import { duration, missing } from '../../show/format';
import type { NotebookRow } from '../notebooks';
import type { Report } from '../gather';
import { counted, timeText } from './format';
import { type Markup, markup } from './markup';
import { type Column, tableMarkup } from './table';

/** From a file's path to its address in a link on the page. */
export type Link = (file: string) => string;

const words: Readonly<Record<NotebookRow['status'], string>> = {
  passed: 'passed',
  failed: 'failed',
  refused: 'could not be run',
  unchanged: 'unchanged since it passed',
  'not run': 'not run',
  running: 'running now',
  'cut off': 'cut off',
};

export function notebooksSection({ notebooks, batch }: Report, link: Link): Markup {
  const { batch: ofBatch, others } = notebooks;
  const isEmpty = ofBatch.length + others.length === 0;
  const when = batch && `The batch of ${timeText(batch.started)}`;
  return markup`<section id="notebooks">
<h2>Notebooks</h2>
${isEmpty && markup`<p>No notebook has been run yet. <code>npm start</code> runs them all.</p>`}
${batch && ofBatch.length > 0 && notebookTable(ofBatch, `${when ?? ''}, ${duration(batch.seconds)} in all`, link)}
${reasons(ofBatch)}
${findings(ofBatch)}
${others.length > 0 && ofBatch.length > 0 && markup`<h3>From other batches</h3>`}
${others.length > 0 && notebookTable(others, counted(others.length, 'notebook'), link)}
${reasons(others)}
</section>`;
}

function notebookTable(rows: readonly NotebookRow[], caption: string, link: Link): Markup {
  const links = ({ page, executed }: NotebookRow): Markup => {
    const parts = [
      ...(page === undefined ? [] : [markup`<a href="${link(page)}">page</a>`]),
      ...(executed === undefined ? [] : [markup`<a href="${link(executed)}">notebook</a>`]),
    ];
    return markup`<span class="links">${parts}</span>`;
  };
  const profiles = new Set(rows.flatMap(({ profile }) => profile ?? []));
  const data = new Set(rows.flatMap(({ data: name }) => name ?? []));
  const columns: Column<NotebookRow>[] = [
    { label: 'notebook', cell: ({ name }) => name },
    {
      label: 'outcome',
      cell: ({ status }) => ({
        content: markup`<span class="status ${status.replace(' ', '-')}">${words[status]}</span>`,
        sort: words[status],
      }),
    },
    {
      label: 'time',
      numeric: true,
      cell: ({ seconds }) =>
        seconds === undefined ? missing : { content: duration(seconds), sort: seconds },
    },
    { label: 'to read', cell: (row) => ({ content: links(row), sort: row.page ?? row.executed ?? '' }) },
    ...(profiles.size > 1
      ? [{ label: 'profile', cell: ({ profile = missing }: NotebookRow): string => profile }]
      : []),
    ...(data.size > 1
      ? [{ label: 'data', cell: ({ data: name = missing }: NotebookRow): string => name }]
      : []),
    {
      label: 'began',
      cell: ({ started }) =>
        started === undefined ? missing : { content: timeText(started), sort: started },
    },
  ];
  const common = [
    caption,
    ...(profiles.size === 1 ? [`profile ${[...profiles].join('')}`] : []),
    ...(data.size === 1 ? data : []),
  ];
  return tableMarkup(rows, columns, { caption: common.join(' · ') });
}

/** What the notebooks found out, each in its own words. */
function findings(rows: readonly NotebookRow[]): Markup | false {
  const found = rows.filter(({ finding }) => finding !== undefined);
  if (found.length === 0) return false;
  return markup`<h3>What they found</h3>
<dl class="findings">${found.map(({ name, finding }) => markup`<dt>${name}</dt><dd>${finding}</dd>`)}</dl>`;
}

/** The full errors. */
function reasons(rows: readonly NotebookRow[]): Markup[] {
  return rows
    .filter(({ reason }) => reason !== undefined)
    .map(
      ({ name, reason, details }) => markup`<div class="failure">
<p><strong>${name}</strong>: ${reason}</p>
${details !== undefined && markup`<details><summary>All of the error</summary><pre>${details}</pre></details>`}
</div>`,
    );
}
