/** The section on the committed results of the project, each beside the best of the runs here on the same images. */
import type { PublishedResult } from '../../published/results';
import { duration, missing } from '../../show/format';
import { accuracyText } from '../../show/results';
import type { Comparison, NetworkRow } from '../comparisons';
import type { Report } from '../gather';
import { counted } from './format';
import { type Markup, markup } from './markup';
import type { Link } from './notebooks';
import { publishedPlayground } from './playground';
import { type Column, tableMarkup } from './table';

export const publishedId = 'published';

export function publishedSection(report: Report, link: Link): Markup | undefined {
  const { published, comparisons } = report;
  if (published.length === 0) return undefined;
  const columns: Column<PublishedResult>[] = [
    { label: 'network', cell: ({ network }) => network.title },
    { label: 'recipe', cell: ({ recipeName }) => recipeName },
    {
      label: 'published accuracy',
      numeric: true,
      cell: ({ testAccuracy }) => ({ content: accuracyText(testAccuracy), sort: testAccuracy.mean }),
    },
    { label: 'seeds', numeric: true, cell: ({ records }) => String(records.length) },
    {
      label: 'training',
      numeric: true,
      cell: ({ seconds }) => ({ content: duration(seconds), sort: seconds }),
    },
    { label: 'images', cell: ({ dataset }) => `${dataset.name}, ${counted(dataset.trainImages, 'image')}` },
    {
      label: 'accuracy here',
      numeric: true,
      cell: (result) => {
        const own = bestHere(result, comparisons)?.result.testAccuracy;
        return { content: accuracyText(own), sort: own?.mean ?? '' };
      },
    },
    { label: 'here it is', cell: (result) => bestHere(result, comparisons)?.name ?? missing },
  ];
  return markup`<section id="${publishedId}">
<h2>Published results</h2>
<p class="lead">What this project publishes, and beside it the best result of the runs here on exactly the same images.
Nothing else on this page comes from the published results.</p>
${tableMarkup(published, columns, { caption: 'Accuracy on the test images', sorted: 'published accuracy' })}
${publishedPlayground(report, link)}
</section>`;
}

/** The best of a network's rows, variants included, on the images of a published result. */
function bestHere(
  { network, dataset }: PublishedResult,
  comparisons: readonly Comparison[],
): NetworkRow | undefined {
  // Rows are sorted, best first.
  return comparisons
    .find((each) => each.dataset.digest === dataset.digest)
    ?.networks.find(({ name, result }) => name.split(',')[0] === network.title && result.testAccuracy);
}
