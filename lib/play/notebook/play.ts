/** `play(model)`: the playground in a notebook. */
import * as path from 'node:path';
import { loadDataset } from '../../data/load';
import type { Dataset } from '../../data/types';
import { titleOf } from '../../models/registry';
import { publishedFacts } from '../../published';
import { UserError } from '../../runtime/errors';
import { outputsDir } from '../../runtime/paths';
import type { tf } from '../../runtime/tensorflow';
import { emit, inNotebook, Place } from '../../show/output';
import { playgroundOutput } from '../../show/playground';
import { buildPage } from '../build';
import { blueprintOffers, pictureOffers } from '../pictures-offers';
import { picturesChosen } from '../pictures-pack';
import { writeSingleFile } from '../single-file';
import { modelOffers } from './model-offers';
import { stillSvg } from './still';

export interface PlayOptions {
  /**
   * The pictures to ask about, and what the classes are called. Defaults to CIFAR-10 if it is here, otherwise to the
   * built-in sample; a network from `pretrained` always names its own classes.
   */
  readonly dataset?: Dataset;
  /** Of the file, without its extension; a file of that name is replaced. Defaults to the networks' titles. */
  readonly name?: string;
  /** How many test images to ask about. Defaults to 200. */
  readonly pictures?: number;
  /** Height of the page in the notebook, in pixels. Defaults to 720. */
  readonly height?: number;
}

/** As many as `npm run play -- --single` takes, to train on in the page. */
const trainingPictures = 600;
/** Of pictures, in pixels: LeNet-5 needs as much, which can be trained in the page. */

/** Where the pages of notebooks are kept: the environment's PLAY_DIR if set, otherwise outputs/play. */
function playFolder(): string {
  return path.resolve(process.env.PLAY_DIR ?? path.join(outputsDir, 'play'));
}

/**
 * Shows the playground below the cell: a page in which the network is taken apart. The page is a file of its own in
 * outputs/play, and opens from disk; the notebook holds a still picture and a link.
 * @param models a network for images, or two to compare: `play(model)`, `play([model, published])`
 * @throws UserError for networks that the page can't take, and if the file can't be written
 */
export async function play(
  models: tf.LayersModel | readonly tf.LayersModel[],
  options: PlayOptions = {},
): Promise<void> {
  const chosen = 'length' in models ? models : [models];
  if (chosen.length < 1 || chosen.length > 2) {
    throw new UserError(`play was given ${chosen.length} networks; it takes one, or two to compare.`);
  }
  const dataset = options.dataset ?? (await loadDataset({ download: false, onNotice: () => undefined }));
  const { pictures = 200, height = 720 } = options;
  const networks = modelOffers(chosen, dataset);
  const file = path.join(playFolder(), `${fileName(options.name, chosen)}.html`);

  const place = inNotebook() ? new Place() : undefined;
  const build = await buildPage({
    onBuild: () => {
      place?.show({ 'text/plain': "The playground's page is built, once. This takes a while." });
    },
  });
  await writeSingleFile(
    file,
    [
      ...networks,
      ...pictureOffers(dataset, { test: pictures, train: trainingPictures }),
      ...blueprintOffers(dataset),
    ],
    build,
  );
  const output = playgroundOutput({
    path: file,
    file: path.relative(notebookFolder(), file).split(path.sep).join('/'),
    hash: chosen.length === 2 ? `#look/${networks.map(({ id }) => encodeURIComponent(id)).join('+')}` : '',
    title: `Playground: ${chosen.map(titleOf).join(' beside ')} · pictures: ${dataset.name}`,
    height,
    still: await still(chosen, dataset, pictures),
  });
  if (place) place.show(output);
  else emit(output);
}

/** Where the notebook lies that the output goes to: a batch writes executed copies into a folder of their own. */
function notebookFolder(): string {
  return process.env.NOTEBOOK_OUTPUT_DIR ?? process.cwd();
}

/** undefined if the pictures have another size than the networks take: the page scales them, a still need not. */
async function still(
  models: readonly tf.LayersModel[],
  dataset: Dataset,
  pictures: number,
): Promise<string | undefined> {
  const fits = models.every(
    ({ inputs }) => inputs[0].shape.slice(1).join() === dataset.imageShape.join() && dataset.test.count > 0,
  );
  if (!fits) return undefined;
  const names = models.map((model) => publishedFacts(model)?.dataset.classNames ?? dataset.classNames);
  const [first] = picturesChosen(dataset, 'test', pictures);
  return stillSvg(models, names, dataset, first);
}

/** @throws UserError for a name that can't be a file's */
function fileName(name: string | undefined, models: readonly tf.LayersModel[]): string {
  if (name === undefined) {
    const titles = models.map(titleOf).join(' and ').toLowerCase();
    return (
      titles
        .replace(/[^a-z0-9.]+/g, '-')
        .replace(/^[-.]+|[-.]+$/g, '')
        .slice(0, 100) || 'network'
    );
  }
  if (/^[A-Za-z0-9][\w.+-]{0,99}$/.test(name)) return name;
  throw new UserError(
    `The page can't be called "${name}": use up to 100 letters, digits and -_.+ and start with a letter or a digit.`,
  );
}
