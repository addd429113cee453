/** The section on one set of images: the table of networks, accuracy against cost, curves, studies. */
import { accuracyAgainstCost, type Cost, type CostPoint } from '../../show/comparison';
import { describeRecipe } from '../../recipe';
import { trainingCurves, validationName } from '../../show/curves';
import { duration, missing, short, whole } from '../../show/format';
import type { Appearance } from '../../show/palette';
import { accuracyText, runNames, viewsText } from '../../show/results';
import { type Comparison, mainRows, type NetworkRow } from '../comparisons';
import { validatedOn } from '../names';
import type { Study } from '../studies';
import { figureMarkup } from './figure';
import { counted, listed } from './format';
import { anchorOf, type Markup, markup } from './markup';
import { studySection } from './study';
import { type Column, tableMarkup } from './table';

/** A heading, for the table of contents. */
export interface Heading {
  readonly id: string;
  readonly text: string;
}

export interface Section extends Heading {
  readonly content: Markup;
  readonly parts: readonly Heading[];
}

/**
 * @param index position on the page, so that the anchors of several sections differ
 * @param count number of sections
 * @param play ways to take networks apart
 */
export function comparisonSection(
  comparison: Comparison,
  index: number,
  count: number,
  play: (networks: readonly NetworkRow[]) => readonly Markup[],
): Section {
  const { dataset, networks, studies } = comparison;
  const id = anchorOf('results', index + 1);
  const part = (text: string, content: readonly Markup[]): Part[] =>
    content.length === 0 ? [] : [{ id: anchorOf(id, text), text, content }];
  const parts = [
    ...part('Networks', networks.length > 0 ? [networkTable(comparison), ...play(networks)] : []),
    ...part('Accuracy against cost', costFigures(comparison)),
    ...part('Curves', curveFigures(comparison)),
    ...studies.flatMap((study) => part(studyTitle(study), studySection(study))),
  ];
  const images = `${counted(dataset.trainImages, 'training image')}, ${counted(dataset.testImages, 'test image')}`;
  const others =
    count > 1 ? " Numbers on other images have sections of their own, since they can't be compared." : '';
  return {
    id,
    text: dataset.name,
    parts,
    content: markup`<section id="${id}">
<h2>Results on ${dataset.name}</h2>
<p class="lead">${images}.${others}</p>
${networks.length === 0 && markup`<p>No network was trained on these images apart from the studies below.</p>`}
${parts.map((each) => markup`<h3 id="${each.id}">${each.text}</h3>\n${each.content}`)}
${studies.length === 0 && markup`<p class="none">No study of a hyperparameter was made on these images.</p>`}
</section>`,
  };
}

interface Part extends Heading {
  readonly content: readonly Markup[];
}

function studyTitle({ sweep: { study, network }, networks }: Study): string {
  return `Study: ${study}${networks.length > 1 || study.includes(network) ? '' : ` of ${network}`}`;
}

function networkTable({ networks, looks }: Comparison): Markup {
  const devices = new Set(networks.map(({ result }) => result.device));
  const recipes = new Set(networks.map(({ result }) => describeRecipe(result.recipe)));
  const validations = new Set(networks.map(({ result }) => validatedOn(result.recipe)));
  const number = (
    label: string,
    value: (row: NetworkRow) => number,
    write: (value: number) => string = whole,
  ): Column<NetworkRow> => ({
    label,
    numeric: true,
    cell: (row) => ({ content: write(value(row)), sort: value(row) }),
  });
  const accuracy = (label: string, which: 'valAccuracy' | 'testAccuracy'): Column<NetworkRow> => ({
    label,
    numeric: true,
    cell: ({ result }) => ({ content: accuracyText(result[which]), sort: result[which]?.mean ?? '' }),
  });
  const columns: Column<NetworkRow>[] = [
    { label: 'network', cell: ({ name }) => ({ content: named(name, looks.get(name)), sort: name }) },
    accuracy('test accuracy', 'testAccuracy'),
    ...(networks.some(({ result }) => result.views)
      ? [
          {
            label: 'with several views',
            numeric: true,
            cell: ({ result }: NetworkRow) => ({
              content: viewsText(result),
              sort: result.views?.accuracy.mean ?? '',
            }),
          },
        ]
      : []),
    accuracy('validation accuracy', 'valAccuracy'),
    number('seeds', ({ result }) => result.runs.length),
    number('parameters', ({ result }) => result.parameters),
    number('multiply-adds', ({ result }) => result.multiplyAdds, short),
    number(
      'epochs',
      ({ result }) => result.epochs,
      (value) => String(Number(value.toFixed(1))),
    ),
    number('training', ({ result }) => result.seconds, duration),
    number('images/s', ({ result }) => result.imagesPerSecond),
    ...(devices.size > 1
      ? [{ label: 'device', cell: ({ result }: NetworkRow): string => result.device }]
      : []),
    ...(recipes.size > 1
      ? [{ label: 'recipe', cell: ({ result }: NetworkRow): string => describeRecipe(result.recipe) }]
      : []),
    ...(validations.size > 1
      ? [
          {
            label: 'validated on',
            cell: ({ result }: NetworkRow): string => validationName(result.recipe.validation) || missing,
          },
        ]
      : []),
    { label: 'runs', cell: ({ result }) => runNames(result.runs) },
  ];
  const [dataset] = networks.map(({ result }) => result.dataset);
  const common = [
    dataset,
    ...(devices.size === 1 ? [networks[0].result.device] : []),
    ...(recipes.size === 1 ? [...recipes] : []),
    ...(validations.size === 1 ? [validatedOn(networks[0].result.recipe)] : []),
  ];
  const repeated = networks.some(({ result }) => result.runs.length > 1);
  const sorted = networks.some(({ result }) => result.testAccuracy) ? 'test accuracy' : undefined;
  const table = tableMarkup(networks, columns, { caption: common.join(' · '), sorted });
  const seeds = repeated ? ' Accuracies of several seeds are mean ± standard deviation.' : '';
  return markup`<p>A click on a heading sorts by it.${seeds} Training times leave validation out.</p>
${table}`;
}

/** A network's name with its colour in the figures. */
function named(name: string, look: Appearance | undefined): Markup {
  const swatch = markup`<span class="swatch" style="background:${look?.colour ?? 'transparent'}"></span>`;
  return markup`<span class="named">${swatch}<span>${name}</span></span>`;
}

const costs: readonly Cost[] = ['seconds', 'parameters', 'multiplyAdds'];

function costFigures({ looks, ...comparison }: Comparison): Markup[] {
  if (comparison.networks.length === 0) return [];
  const points = mainRows(comparison).map(
    ({ name, result }): CostPoint => ({
      network: name,
      dataset: result.dataset,
      accuracy: result.testAccuracy?.mean,
      deviation: result.testAccuracy?.deviation,
      ...{ parameters: result.parameters, multiplyAdds: result.multiplyAdds, seconds: result.seconds },
    }),
  );
  const measured = points.filter(({ accuracy }) => accuracy !== undefined);
  if (measured.length < 2) {
    const which = listed(measured.map(({ network }) => network)) || 'none';
    return [
      markup`<p class="none">This needs two networks with a result on the test set; so far there is ${which}.</p>`,
    ];
  }
  const figures = costs.map((cost) => figureMarkup(accuracyAgainstCost(measured, cost, { looks })));
  const variants = comparison.networks.length > points.length ? ' Variants of a network are left out.' : '';
  return [
    markup`<p>Further up is better, further left is cheaper.${variants}</p>`,
    markup`<div class="figures">${figures}</div>`,
  ];
}

function curveFigures({ networks, looks, dataset }: Comparison): Markup[] {
  if (networks.length === 0) return [];
  const main = mainRows({ networks });
  const repeated = networks.some(({ result }) => result.runs.length > 1);
  const title = main.length > 1 ? { title: counted(main.length, 'network') } : {};
  const all = trainingCurves(
    main.map(({ history }) => history),
    { ...title, looks },
  );
  const families = main.flatMap((root) => {
    const variants = networks.filter(({ variantOf }) => variantOf === root.name);
    if (variants.length === 0) return [];
    const together = [root, ...variants].map(({ history }) => history);
    const figure = trainingCurves(together, {
      title: `${root.name} and ${counted(variants.length, 'variant')}`,
      looks,
    });
    return [
      markup`<details><summary>${root.name} and its variants on ${dataset.name}</summary>
${figureMarkup(figure)}</details>`,
    ];
  });
  return [
    ...(repeated ? [markup`<p>With several seeds, a curve is their mean.</p>`] : []),
    figureMarkup(all),
    ...families,
  ];
}
