import * as fs from 'node:fs';
import * as path from 'node:path';
import { allIndices } from '../data/subset';
import type { EvaluateCallbacks } from '../evaluate';
import { keyed } from '../models/weights/keys';
import { begunEpochs } from '../recipe';
import type { Evaluation, History } from '../runs';
import { readRunJson } from '../runs/run-json';
import { runsFolder } from '../runs/run-path';
import { check } from '../runtime/check';
import type { tf } from '../runtime/tensorflow';
import type { TrainCallbacks, TrainingPlan, Validated } from '../train';
import { graph, histogram, image, type Event } from './event';
import { EventFile } from './event-file';
import { graphOf } from './graph-def';
import { bucketsOf } from './histogram';
import { hyperparametersOf, isOfSession, sessionEnd, sessionStart } from './hyperparameters';
import { confusionPicture, mistakesPicture, type Pictured } from './pictures';
import { measures, rowEvents } from './rows';

export interface TensorBoardOptions {
  /**
   * Where the events go. Defaults to the run's folder; for a training without one, to a folder beside the runs with the
   * network's name and the time.
   */
  readonly folder?: string;
  /** Epochs from one histogram of a weight to the next; 0 for none. Defaults to 1. */
  readonly histograms?: number;
}

/**
 * For `train`'s `callbacks`, and for those of `evaluate`: writes event files for TensorBoard, which `npm run tensorboard`
 * opens. After each epoch, losses and accuracies as in the history, the learning rate, and histograms of all weights; at the
 * end, what was confused in the validation; the network as a graph, and the recipe for the HParams page. `evaluate` adds the
 * result on the test images. A run that goes on has each epoch once, however it was stopped.
 * @throws UserError in training, if the folder cannot be written
 */
export function tensorBoard(options: TensorBoardOptions = {}): TrainCallbacks & EvaluateCallbacks {
  const { histograms = 1 } = options;
  const isCount = Number.isInteger(histograms) && histograms >= 0;
  check(isCount, 'histograms', histograms, 'a whole number of at least 0');
  let board: Board | undefined;
  return {
    async onStart(plan) {
      board = await Board.open(options.folder ?? plan.folder ?? freshFolder(plan.model), plan, histograms);
    },
    onEpoch: (row, history, _, validated) => board?.addEpoch(row, history, validated),
    onEnd: (history) => board?.end(history),
    async onEvaluation(evaluation, { model, dataset, folder }) {
      // Of the training images, there are curves already.
      if (evaluation.on !== 'test') return;
      const place = options.folder ?? folder ?? board?.folder ?? freshFolder(model);
      const history = (folder === null ? undefined : readRunJson(folder, 'history')) ?? board?.history;
      const set = dataset[evaluation.on];
      const pictured = { dataset, on: 'test', set, indices: allIndices(set.count), measured: evaluation };
      await addResult(place, history?.weightsOf ?? history?.epochs.length ?? 0, evaluation, pictured);
    },
  };
}

interface Validation {
  readonly epoch: number;
  readonly validated: Validated;
}

/** The event files of one training. */
class Board {
  /** The last one, and the best one, of this session. */
  #last: Validation | undefined;
  #best: Validation | undefined;
  history: History;

  private constructor(
    readonly folder: string,
    readonly files: Readonly<Record<'run' | 'train' | 'validation', EventFile>>,
    readonly plan: TrainingPlan,
    readonly histograms: number,
  ) {
    this.history = plan.history;
  }

  /** Takes out what training will write again, and adds what is missing of what was trained before. */
  static async open(folder: string, plan: TrainingPlan, histograms: number): Promise<Board> {
    const { history } = plan;
    const isBegun = history.images > 0;
    const keeps = (event: Event): boolean =>
      isBegun && event.step <= history.epochs.length && (isOver(history) || !isOfSession(event));
    const files = {
      run: await EventFile.open(folder, keeps),
      train: await EventFile.open(path.join(folder, 'train'), keeps),
      validation: await EventFile.open(path.join(folder, 'validation'), keeps),
    };
    // What is left of a test is of the epochs that are kept.
    await EventFile.open(path.join(folder, 'test'), keeps);
    const board = new Board(folder, files, plan, histograms);
    await files.run.add(board.#description());
    for (const row of history.epochs) await board.#addRow(row);
    if (!isBegun) await board.#addHistograms(0);
    return board;
  }

  #description(): readonly Event[] {
    const { model, history } = this.plan;
    const { network, dataset, engine, recipe } = history;
    const chosen = {
      network,
      parameters: model.countParams(),
      dataset,
      engine,
      ...hyperparametersOf(recipe),
    };
    return [graph(graphOf(model)), sessionStart(path.basename(this.folder), chosen)];
  }

  async addEpoch(row: History['epochs'][number], history: History, validated?: Validated): Promise<void> {
    this.history = history;
    await this.#addRow(row);
    if (row.epoch % this.histograms === 0) await this.#addHistograms(row.epoch);
    if (!validated) return;
    this.#last = { epoch: row.epoch, validated };
    if (history.best?.epoch === row.epoch) this.#best = this.#last;
  }

  async end(history: History): Promise<void> {
    this.history = history;
    const { weightsOf, interrupted, recipe } = history;
    if (weightsOf !== null) await this.#addHistograms(weightsOf);
    // If it goes on, its best epoch may have been before.
    const shown = recipe.keep === 'best' ? this.#best : this.#last;
    if (shown) {
      const { data: dataset } = this.plan;
      const on = recipe.validation === 'test' ? 'test' : 'validation';
      await this.files.run.add(
        await pictureEvents(shown.epoch, { dataset, on, ...shown.validated }, 'validation'),
      );
    }
    if (!interrupted) await this.files.run.add([sessionEnd()]);
  }

  async #addRow(row: History['epochs'][number]): Promise<void> {
    const events = rowEvents(row);
    for (const which of ['run', 'train', 'validation'] as const) await this.files[which].add(events[which]);
  }

  async #addHistograms(epoch: number): Promise<void> {
    if (this.histograms === 0) return;
    const weights = keyed(this.plan.model).filter(({ key }) => !this.files.run.has(key, epoch));
    await this.files.run.add(
      weights.map(({ key, weight }) => histogram(key, epoch, bucketsOf(weight.read().dataSync<'float32'>()))),
    );
  }
}

/** Whether nothing is left to train. */
function isOver({ epochs, recipe, stoppedEarly, stopReason = null }: History): boolean {
  return stoppedEarly || stopReason !== null || epochs.length >= begunEpochs(recipe);
}

/** Adds a result on the test images; one of the same epoch is replaced. */
async function addResult(
  folder: string,
  epoch: number,
  { loss, penalty, accuracy, top5, metrics, views }: Evaluation,
  pictured: Pictured,
): Promise<void> {
  const values = {
    ...{ loss, accuracy, top5, penalty, ...metrics },
    ...(views && { [`accuracy with ${views.name}`]: views.accuracy }),
  };
  const pictures = await pictureEvents(epoch, pictured, 'test');
  for (const [place, added] of [
    [path.join(folder, 'test'), measures(epoch, values)],
    [folder, pictures],
  ] as const) {
    const tags = new Set(added.map(({ tag }) => tag));
    const file = await EventFile.open(place, ({ tag, step }) => step !== epoch || !tags.has(tag));
    await file.add(added);
  }
}

async function pictureEvents(epoch: number, pictured: Pictured, name: string): Promise<readonly Event[]> {
  return [
    image(`confusion matrix/${name}`, epoch, await confusionPicture(pictured)),
    image(`mistakes/${name}`, epoch, await mistakesPicture(pictured)),
  ];
}

/** A folder beside the runs that is not there yet: `baseline-20261127-031500`. */
function freshFolder({ name }: tf.LayersModel): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const wanted = path.join(runsFolder(), `${name.replaceAll(/[^\w.-]+/g, '-')}-${time}`);
  let folder = wanted;
  for (let number = 2; fs.existsSync(folder); number++) folder = `${wanted}-${number}`;
  return folder;
}
