/** The report as one page that opens from disk and needs no network. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { duration, percent } from '../../show/format';
import { inlineScript, policySource } from '../../show/html';
import { mainRows } from '../comparisons';
import type { Report } from '../gather';
import { comparisonSection, type Section } from './comparison';
import { counted, listed, timeText } from './format';
import { Markup, markup } from './markup';
import { type Link, notebooksSection } from './notebooks';
import { placesSection } from './places';
import { playgroundMarkup } from './playground';
import { publishedId, publishedSection } from './published';

const browser = path.join(__dirname, '..', 'browser');
/** In this order: later ones override earlier ones. */
const styles = ['page.css', 'parts.css', 'media.css'] as const;

/** @param link from a file's path to its address, relative to the page */
export function pageHtml(report: Report, link: Link): string {
  const results = report.comparisons.map((comparison, i, all) =>
    comparisonSection(comparison, i, all.length, (networks) =>
      playgroundMarkup(networks, report.playground, link),
    ),
  );
  const body = markup`${header(report)}
<div class="columns">
${contents(results, report)}
<main>
${notebooksSection(report, link)}
${results.length === 0 && noResults}
${results.map(({ content }) => content)}
${publishedSection(report, link)}
${unfinishedSection(report)}
${unreadSection(report)}
${placesSection(report)}
</main>
</div>
<footer>Written ${timeText(report.written)} from the folders of the runs and the records of the notebooks;
<code>npm run report</code> updates it.</footer>`;
  const scripts = [
    // Only if there is something to draw.
    ...(body.text.includes('class="figure"') ? [fs.readFileSync(plotlyFile(), 'utf8')] : []),
    fs.readFileSync(path.join(browser, 'page.js'), 'utf8'),
  ].map(inlineScript);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${markup`<title>${titleOf(report)}</title>`.text}
<style>
${styles.map((name) => fs.readFileSync(path.join(browser, name), 'utf8')).join('\n')}</style>
</head>
<body>
${body.text}
${scripts.map((script) => `<script>${script}</script>`).join('\n')}
</body>
</html>
`;
}

function plotlyFile(): string {
  return require.resolve('plotly.js-dist-min/plotly.min.js');
}

/** Loads nothing from anywhere, and runs only these scripts, not one that a name from a file might contain. */
function policy(scripts: readonly string[]): string {
  const source = scripts.map(policySource).join(' ');
  return `default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src ${source}`;
}

/** Names of the datasets that were used, without duplicates. */
function dataNames({ batch, comparisons, notebooks }: Report): string[] {
  const names = [
    ...(batch ? [batch.surroundings.data.name] : []),
    ...comparisons.map(({ dataset }) => dataset.name),
    ...[...notebooks.batch, ...notebooks.others].flatMap(({ data }) => data ?? []),
  ];
  return [...new Set(names)];
}

function titleOf(report: Report): string {
  const names = dataNames(report);
  return `Convolutional networks${names.length > 0 ? ` on ${listed(names)}` : ''}`;
}

function header(report: Report): Markup {
  const { batch, written } = report;
  const profiles = new Set(report.notebooks.batch.flatMap(({ profile }) => profile ?? []));
  const profile = batch?.profile ?? [...profiles].join(', ');
  const facts = [
    ['Written', timeText(written)],
    ['Batch', batch ? `${timeText(batch.started)}, in ${duration(batch.seconds)}` : 'none yet'],
    ['Profile', profile || 'that of each notebook'],
    ['Data', dataNames(report).join(', ') || 'none yet'],
  ];
  return markup`<header>
<p class="eyebrow">Report</p>
<h1>${titleOf(report)}</h1>
<dl class="facts">${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${keyFigures(report)}
${unreadNotice(report)}
${sampleNotice(report)}
</header>`;
}

function keyFigures(report: Report): Markup {
  const { batch, others } = report.notebooks;
  const rows = batch.length > 0 ? batch : others;
  const passed = rows.filter(({ status }) => status === 'passed' || status === 'unchanged').length;
  const [first] = report.comparisons;
  const main = report.comparisons.length > 0 ? mainRows(first) : [];
  // Variants count as well: they are in the table.
  const best = report.comparisons.at(0)?.networks.find(({ result }) => result.testAccuracy);
  const tiles = [
    ...(rows.length > 0
      ? [{ value: `${passed} of ${rows.length}`, text: 'notebooks passed', bad: passed < rows.length }]
      : []),
    ...(main.length > 0
      ? [
          {
            value: String(main.length),
            text: `${main.length === 1 ? 'network' : 'networks'} on ${first.dataset.name}`,
          },
        ]
      : []),
    ...(best
      ? [
          {
            value: percent(best.result.testAccuracy!.mean),
            text: `test accuracy of ${best.name}, the highest on ${first.dataset.name}`,
          },
        ]
      : []),
  ];
  return markup`<ul class="tiles">${tiles.map(
    ({ value, text, bad = false }) =>
      markup`<li${bad && markup` class="bad"`}><strong>${value}</strong> <span>${text}</span></li>`,
  )}</ul>`;
}

const sample = 'built-in sample';

function sampleNotice(report: Report): Markup | undefined {
  const names = dataNames(report);
  if (!names.includes(sample)) return undefined;
  const part = names.length > 1 ? 'Some of these numbers are' : 'All numbers here are';
  return markup`<p class="notice">${part} from the <strong>${sample}</strong>: pictures drawn by the program, not CIFAR-10.
They show that everything works, and say nothing about how the networks do on photographs.</p>`;
}

function contents(results: readonly Section[], { notices, published }: Report): Markup {
  const link = ({ id, text }: { readonly id: string; readonly text: string }): Markup =>
    markup`<a href="#${id}">${text}</a>`;
  const items = results.map(
    (section) => markup`<li>${link({ ...section, text: `Results on ${section.text}` })}
<ul>${section.parts.map((part) => markup`<li>${link(part)}</li>`)}</ul></li>`,
  );
  return markup`<nav aria-label="Contents"><ul>
<li>${link({ id: 'notebooks', text: 'Notebooks' })}</li>
${items}
${published.length > 0 && markup`<li>${link({ id: publishedId, text: 'Published results' })}</li>`}
${notices.length > 0 && markup`<li>${link(unread)}</li>`}
<li>${link({ id: 'where', text: 'Where it ran' })}</li>
</ul></nav>`;
}

const noResults = markup`<section id="results">
<h2>Results</h2>
<p>No run has finished yet, so there is nothing to compare and no study to show. The lessons train networks in runs,
and so does <code>npm run train -- NETWORK</code>.</p>
</section>`;

function unfinishedSection({ unfinished }: Report): Markup | undefined {
  if (unfinished.length === 0) return undefined;
  const items = unfinished.map(({ name, status, failure, history, recipe, dataset }) => {
    const epochs = `${history?.epochs.length ?? 0} of ${counted(recipe.epochs, 'epoch')}`;
    return markup`<li><strong>${name}</strong> on ${dataset.name}: ${status} after ${epochs}. ${failure ?? ''}</li>`;
  });
  return markup`<section id="unfinished">
<h2>Runs without a result</h2>
<ul>${items}</ul>
</section>`;
}

const unread = { id: 'unread', text: 'Runs that could not be read' };

function unreadSection({ notices }: Report): Markup | undefined {
  if (notices.length === 0) return undefined;
  return markup`<section id="${unread.id}">
<h2>${unread.text}</h2>
<p>What is left out here is missing from the tables and figures above, and from the means over seeds.</p>
${notices.map((notice) => markup`<div class="failure"><p>${notice}</p></div>`)}
</section>`;
}

/** For the top of the page, since a table does not show that a run is missing from it. */
function unreadNotice({ notices }: Report): Markup | undefined {
  if (notices.length === 0) return undefined;
  const files = notices.length === 1 ? 'A file of a run' : `${notices.length} files of runs`;
  return markup`<p class="notice">${files} could not be read, so <strong>some results are missing</strong>.
<a href="#${unread.id}">What is missing, and what to do</a></p>`;
}
