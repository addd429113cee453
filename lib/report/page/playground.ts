/** Ways into the playground: links if it has been exported, otherwise commands. */
import type { NetworkRow } from '../comparisons';
import type { Report } from '../gather';
import { type Playground, playgroundFolder } from '../playground';
import { type Markup, markup } from './markup';
import type { Link } from './notebooks';

/** For each network that was measured on the test images, its newest run. */
export function playgroundMarkup(
  networks: readonly NetworkRow[],
  playground: Playground | undefined,
  link: Link,
): Markup[] {
  const rows = networks.flatMap(({ name, result: { runs, testAccuracy } }) =>
    testAccuracy ? [{ name, run: runs[runs.length - 1] }] : [],
  );
  if (rows.length === 0) return [];
  const exported = rows.some(({ run }) => playground?.networks.includes(run));
  const ways = rows.map(({ name, run }) => {
    const way = playground?.networks.includes(run)
      ? markup`<a href="${link(playground.page)}#look/${encodeURIComponent(run)}">open ${run}</a>`
      : markup`<code>npm run play -- --run ${run}</code>`;
    return markup`<li>${name}: ${way}</li>`;
  });
  const details = markup`<details class="play"${exported && markup` open`}>
<summary>Take a network apart in the playground</summary>
<ul>${ways}</ul>
${
  !exported &&
  markup`<p>The report links to what <code>npm run play -- --export outputs/${playgroundFolder} --run NAME</code> writes.</p>`
}
</details>`;
  return [details];
}

/** Into the playground with its published networks. */
export function publishedPlayground(
  { published, playground }: Pick<Report, 'published' | 'playground'>,
  link: Link,
): Markup | undefined {
  const names = published.flatMap(({ withWeights }) => withWeights?.name ?? []);
  if (names.length === 0) return undefined;
  const isThere = playground && names.some((name) => playground.networks.includes(name));
  return isThere
    ? markup`<p><a href="${link(playground.page)}">Take them apart in the playground</a>.</p>`
    : markup`<p><code>npm run play</code> opens them in the playground, where a network is taken apart.</p>`;
}
