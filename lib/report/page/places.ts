/** The section on where runs and notebooks ran, and on which images. */
import { missing } from '../../show/format';
import type { FoundData, NotebookPlace, Place } from '../environments';
import type { Report } from '../gather';
import type { RunSettings } from '../../runs/run-files';
import { spanText } from './format';
import { type Markup, markup } from './markup';
import { type Cell, type Column, tableMarkup } from './table';

export function placesSection({ places, notebookPlaces, foundData, trainedOn }: Report): Markup {
  const sortable = false;
  const runs: Column<Place>[] = [
    { label: 'device', cell: ({ device }) => device },
    { label: 'TensorFlow', cell: ({ tensorflow }) => tensorflow },
    { label: 'tfjs', cell: ({ tfjs }) => tfjs },
    { label: 'Node', cell: ({ node }) => node },
    { label: 'commit', cell: ({ commit }) => code(commit ?? missing) },
    { label: 'runs', numeric: true, cell: ({ runs: count }) => String(count) },
    { label: 'when', cell: ({ from, to }) => spanText(from, to) },
  ];
  const notebooks: Column<NotebookPlace>[] = [
    { label: 'device', cell: ({ device }) => device },
    { label: 'TensorFlow', cell: ({ tensorflow }) => tensorflow },
    { label: 'Node', cell: ({ node }) => node },
    { label: 'notebooks', numeric: true, cell: ({ notebooks: count }) => String(count) },
  ];
  const found: Column<FoundData>[] = [
    { label: 'data', cell: ({ name }) => name },
    { label: 'what it is', cell: ({ description }) => description },
    { label: 'digest', cell: ({ digest }) => digestCell(digest) },
    { label: 'note', cell: ({ note = missing }) => note },
  ];
  const trained: Column<RunSettings['dataset']>[] = [
    { label: 'data', cell: ({ name }) => name },
    {
      label: 'training images',
      numeric: true,
      cell: ({ trainImages }) => trainImages.toLocaleString('en-US'),
    },
    { label: 'test images', numeric: true, cell: ({ testImages }) => testImages.toLocaleString('en-US') },
    { label: 'digest', cell: ({ digest }) => digestCell(digest) },
  ];
  const tables = [
    ...(places.length > 0 ? [tableMarkup(places, runs, { caption: 'Training runs', sortable })] : []),
    ...(notebookPlaces.length > 0
      ? [tableMarkup(notebookPlaces, notebooks, { caption: 'Notebooks', sortable })]
      : []),
    ...(foundData.length > 0
      ? [tableMarkup(foundData, found, { caption: 'Data that the notebooks found', sortable })]
      : []),
    ...(trainedOn.length > 0
      ? [tableMarkup(trainedOn, trained, { caption: 'Images that runs were trained on', sortable })]
      : []),
  ];
  return markup`<section id="where">
<h2>Where it ran</h2>
${tables.length === 0 && markup`<p>Nothing has run yet.</p>`}
${tables}
</section>`;
}

function code(text: string): Cell {
  return { content: markup`<code>${text}</code>`, sort: text };
}

/** The beginning of the digest, which is enough to compare; the title attribute has all of it. */
function digestCell(digest: string): Cell {
  return { content: markup`<code title="sha256: ${digest}">${digest.slice(0, 16)}</code>`, sort: digest };
}
