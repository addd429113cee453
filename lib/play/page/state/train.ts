/** Training in the page: started, stopped and steered by the reader; what is measured on the way. */
import { batch, computed, signal } from '@preact/signals';
import { makeTrainer } from '../engine/train';
import type { LabelledPictures, Measured, Trainer, TrainSettings } from '../engine/train/types';
import type { Pixels, Weight } from '../engine/types';
import { packs } from '../packs';
import { texts } from '../texts';
import { messageOf } from './errors';
import { addNetwork, theEngine } from './networks';
import { type PictureSet, pictureSet } from './pictures';
import { pixelsFor } from './pixels';
import { chooseNetworks, openTab } from './route';

export const learningRates = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1] as const;
export const batchSizes = [8, 16, 32, 64, 128] as const;

/** Milliseconds between two pictures of the training. */
const drawEvery = 150;
/** Steps between two measurements on the held-out pictures. */
const measureEvery = 20;
/** Points of a curve, at most: beyond, every other one is dropped. */
const mostPoints = 300;

export interface Point {
  readonly step: number;
  readonly measured: Measured;
}

/** A setting that was changed while it trained. */
export interface Change {
  readonly step: number;
  readonly text: string;
}

/** What the network looks like inside, now and then. */
export interface Inside {
  readonly filters: Weight;
  readonly maps: Float32Array;
  readonly mapShape: readonly [number, number, number];
  /** Of the watched picture. */
  readonly probabilities: Float32Array;
}

interface Data {
  readonly training: LabelledPictures;
  readonly heldOut: LabelledPictures;
}

export const blueprintId = signal('lenet5');
export const trainSeed = signal(1);
export const trainSettings = signal<TrainSettings>({ optimizer: 'adam', learningRate: 0.001, batchSize: 32 });
export const isTraining = signal(false);
export const isReady = signal(false);
export const trainError = signal<string | null>(null);

export const step = signal(0);
export const epoch = signal(0);
/** Pictures learned from in a second; null before any were. */
export const speed = signal<number | null>(null);
export const trainingCurve = signal<readonly Point[]>([]);
export const heldOutCurve = signal<readonly Point[]>([]);
export const changes = signal<readonly Change[]>([]);
export const inside = signal<Inside | null>(null);
export const data = signal<Data | null>(null);

/** Position of the held-out picture whose maps are shown. */
const watchedIndex = 0;
export const watchedPicture = computed<{ readonly pixels: Pixels; readonly label: string } | null>(() => {
  const heldOut = data.value?.heldOut;
  if (!heldOut) return null;
  return { pixels: heldOut.pictures[watchedIndex], label: heldOut.classNames[heldOut.labels[watchedIndex]] };
});

let trainer: Trainer | null = null;
/** Whatever uses the trainer waits for its turn. */
let turn: Promise<void> = Promise.resolve();

function inTurn(act: () => Promise<void>): Promise<void> {
  turn = turn.then(act).catch((error: unknown) => {
    isTraining.value = false;
    trainError.value = messageOf(error);
  });
  return turn;
}

/** Loads pictures and network when the tab is opened first. */
export function prepareTraining(): void {
  if (trainer === null && trainError.peek() === null) void restart();
}

/** A new network, with weights that the seed decides. */
export function restart(): Promise<void> {
  isTraining.value = false;
  isReady.value = false;
  return inTurn(async () => {
    trainError.value = null;
    await theEngine();
    const blueprint = await packs.blueprint(blueprintId.peek());
    data.value ??= await loadData(blueprint.imageShape);
    trainer?.dispose();
    const options = { blueprint, seed: trainSeed.peek(), settings: trainSettings.peek() };
    trainer = await makeTrainer({ ...data.peek()!, ...options });
    batch(() => {
      step.value = 0;
      epoch.value = 0;
      speed.value = null;
      trainingCurve.value = [];
      heldOutCurve.value = [];
      changes.value = [];
    });
    await measure(trainer);
    await showInside(trainer);
    isReady.value = true;
  });
}

async function loadData(shape: readonly [number, number, number]): Promise<Data> {
  const [training, heldOut] = await Promise.all([pictureSet('train'), pictureSet('test')]);
  const labelled = ({ title, pictures, labels, classNames }: PictureSet): LabelledPictures => ({
    title,
    labels,
    classNames,
    pictures: pictures.map((raster) => pixelsFor(raster, shape)),
  });
  return { training: labelled(training), heldOut: labelled(heldOut) };
}

export function play(): void {
  if (isTraining.peek() || !isReady.peek()) return;
  isTraining.value = true;
  void inTurn(train);
}

export function pause(): void {
  isTraining.value = false;
}

export function oneStep(): void {
  void inTurn(async () => {
    if (!trainer) return;
    const measured = await trainer.advance();
    note(trainer, [measured]);
    await measure(trainer);
    await showInside(trainer);
  });
}

async function train(): Promise<void> {
  const current = trainer;
  let since: Measured[] = [];
  let drawn = performance.now();
  let pictures = 0;
  while (current && isTraining.value) {
    const measured = await current.advance();
    if (!Number.isFinite(measured.loss)) {
      isTraining.value = false;
      trainError.value = texts.train.diverged;
    }
    since.push(measured);
    pictures += current.settings.batchSize;
    const time = performance.now() - drawn;
    if (time < drawEvery && isTraining.value) continue;
    speed.value = (pictures * 1000) / time;
    note(current, since);
    if (current.step - (heldOutCurve.value.at(-1)?.step ?? 0) >= measureEvery || !isTraining.value) {
      await measure(current);
    }
    await showInside(current);
    await new Promise((resolve) => {
      requestAnimationFrame(() => setTimeout(resolve));
    });
    [since, drawn, pictures] = [[], performance.now(), 0];
  }
}

/** A point of the training curve: the mean over the batches since the last. */
function note(current: Trainer, batches: readonly Measured[]): void {
  const mean = (read: (measured: Measured) => number): number =>
    batches.reduce((sum, each) => sum + read(each), 0) / batches.length;
  const measured = { loss: mean(({ loss }) => loss), accuracy: mean(({ accuracy }) => accuracy) };
  batch(() => {
    step.value = current.step;
    epoch.value = current.epoch;
    if (Number.isFinite(measured.loss)) {
      trainingCurve.value = extended(trainingCurve.value, { step: current.step, measured });
    }
  });
}

async function measure(current: Trainer): Promise<void> {
  const measured = await current.measure();
  if (!Number.isFinite(measured.loss)) return;
  heldOutCurve.value = extended(heldOutCurve.value, { step: current.step, measured });
}

function extended(curve: readonly Point[], point: Point): readonly Point[] {
  const kept = curve.length < mostPoints ? curve : curve.filter((_, i) => i % 2 === 0);
  return [...kept, point];
}

async function showInside(current: Trainer): Promise<void> {
  const picture = watchedPicture.peek();
  if (!picture) return;
  const { filters, maps, mapShape, answer } = current.watched;
  const { kernel } = await current.weights(filters);
  inside.value = {
    filters: kernel,
    maps: await current.output(maps, picture.pixels),
    mapShape,
    probabilities: await current.output(answer, picture.pixels),
  };
}

/** From the next step on; noted on the curves if any were taken. */
export function changeSettings(change: Partial<TrainSettings>, text: string): void {
  trainSettings.value = { ...trainSettings.peek(), ...change };
  if (!trainer) return;
  trainer.settings = trainSettings.peek();
  if (trainer.step > 0) changes.value = [...changes.peek(), { step: trainer.step, text }];
}

/** The network as it is now, in the tab that takes networks apart. */
export async function lookAtTrained(title: string): Promise<void> {
  pause();
  await inTurn(async () => {
    if (!trainer) return;
    const id = `${blueprintId.peek()}-here`;
    const accuracy = heldOutCurve.peek().at(-1)?.measured.accuracy ?? null;
    addNetwork(await trainer.pack(id, title, accuracy));
    chooseNetworks([id]);
    openTab('look');
  });
}
