/** Output folders as batches and runs leave them, made for a test. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { writeBatchRecord } from '../../lib/notebooks/batch-record';
import type { Outcome } from '../../lib/notebooks/outcome';
import { type RunRecord, writeRecord } from '../../lib/notebooks/record';
import type { Surroundings } from '../../lib/notebooks/surroundings';
import type { EpochRow } from '../../lib/runs/history';
import type { RunFile, RunPurpose } from '../../lib/runs/run-files';
import { history, row } from '../show/fixtures';

export const surroundings: Surroundings = {
  ...{ node: '20.1.0', tensorflow: '2.21.0', device: 'CPU', gpus: [], whyNoGpu: 'this machine has no card' },
  data: {
    ...{ name: 'built-in sample', kind: 'sample', digest: 'abcdef0123456789abcdef', note: 'no network' },
    description: 'built-in sample: 5,000 training images, 1,000 test images',
  },
};

export interface RunWishes extends RunPurpose {
  readonly title?: string;
  readonly seed?: number;
  readonly parameters?: number;
  readonly multiplyAdds?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly seconds?: number;
  /** Of the last epoch, whose weights are kept. */
  readonly validation?: number;
  /** On the test set; not measured if undefined. */
  readonly test?: number;
  readonly data?: string;
  /** Of the images. Defaults to one made from their name and number. */
  readonly digest?: string;
  readonly trainImages?: number;
  readonly device?: string;
  readonly created?: string;
  /** Epochs that are done, where that is not all of them. */
  readonly done?: number;
  readonly failure?: string;
  /** What sets the network's layers apart from others of its title. */
  readonly layers?: string;
}

/** Writes the folder of a run. */
export function writeRun(runsDir: string, name: string, wishes: RunWishes = {}): void {
  const { title = 'Baseline', seed = 1, parameters = 198_506, multiplyAdds = 658_688, epochs = 3 } = wishes;
  const { batchSize = 32, seconds = 12, validation = 0.5, test, data = 'built-in sample' } = wishes;
  const { trainImages = 5000, device = 'a processor, 2 cores', done = epochs, failure = null } = wishes;
  const { created = '2026-01-01T10:00:00.000Z', label, study, layers = 'usual' } = wishes;
  const recipe = { ...history().recipe, epochs, batchSize, seed };
  const network = { name: title.toLowerCase(), title, parameters, multiplyAdds };
  const { digest = `${data}-${trainImages}` } = wishes;
  const versions = { commit: '0123456789ab', node: '20.1.0', tensorflow: '2.21.0', tfjs: '4.22.0', device };
  const run: RunFile = {
    ...{ format: 1, name, created, label, study, sessions: [{ started: created, fromStep: 0, versions }] },
    settings: {
      ...{ network, engine: 'graph', recipe },
      dataset: { name: data, digest, trainImages, testImages: 1000 },
    },
  };
  const rows = Array.from({ length: done }, (_, i): EpochRow => {
    const share = 1 - Math.exp(-3 * ((i + 1) / epochs));
    const valAccuracy = i + 1 === epochs ? validation : validation * share;
    return row(i + 1, {
      ...{ valAccuracy, accuracy: validation * share * 1.05 },
      ...{ loss: 2.3 - 1.8 * share * validation, valLoss: 2.3 - 1.6 * share * validation },
    });
  });
  const told = history({
    ...{ network: title, dataset: data, recipe, epochs: rows, seconds, images: trainImages * done },
    weightsOf: done === epochs ? epochs : null,
  });
  const folder = path.join(runsDir, name);
  fs.mkdirSync(folder, { recursive: true });
  const write = (file: string, content: object): void => {
    fs.writeFileSync(path.join(folder, file), JSON.stringify(content));
  };
  write('run.json', run);
  write('network.json', { title, layers });
  write('history.json', { ...told, failure });
  if (test !== undefined) {
    const evaluation = { network: title, dataset: data, on: 'test', loss: 1, accuracy: test, top5: 1 };
    const lists = { predictions: [0, 1], confidences: [1, 1], classNames: ['a', 'b'] };
    write('test.json', {
      ...evaluation,
      ...lists,
      confusion: [
        [1, 0],
        [0, 1],
      ],
    });
  }
}

/** Writes an executed notebook with its record and, by default, a page. */
export function writeExecuted(
  outDir: string,
  name: string,
  more: Partial<Omit<RunRecord, 'version'>> = {},
  hasPage = true,
): void {
  const output = path.join(outDir, 'notebooks', `${name}.ipynb`);
  fs.mkdirSync(path.dirname(output), { recursive: true });
  fs.writeFileSync(output, '{}');
  writeRecord(output, {
    ...{ name, notebook: `${name}.ipynb`, parameters: { profile: 'quick' }, status: 'passed', seconds: 75 },
    ...{ started: '2026-01-01T09:00:00.000Z', cellSeconds: [75], surroundings },
    fingerprint: { code: '', parameters: '', lib: '', data: '', node: '', tensorflow: '' },
    ...more,
  });
  if (!hasPage) return;
  const page = path.join(outDir, 'pages', `${name}.html`);
  fs.mkdirSync(path.dirname(page), { recursive: true });
  fs.writeFileSync(page, '<!doctype html><title>page</title><h1>A page</h1>');
}

export function writeBatch(outDir: string, outcomes: readonly Outcome[]): void {
  const started = '2026-01-01T09:00:00.000Z';
  const folder = path.join(outDir, 'notebooks');
  writeBatchRecord(folder, { started, seconds: 754, profile: 'quick', surroundings, outcomes });
}

/** Title, parameters, multiply-adds, seconds and accuracy of six networks. */
const networks = [
  ['Baseline', 198_506, 658_688, 40, 0.58],
  ['LeNet-5', 62_006, 651_720, 25, 0.56],
  ['AlexNet8, width 0.25', 611_034, 8_000_000, 60, 0.66],
  ['VGG16, width 0.25', 958_106, 20_000_000, 110, 0.71],
  ['ResNet18, width 0.25', 701_466, 35_000_000, 240, 0.74],
  ['Inception10', 121_418, 12_000_000, 90, 0.69],
] as const;

/** What a whole collection leaves: lessons of three seeds each, variants, two studies, another set of images. */
export function writeCollection(outDir: string, runsDir: string): void {
  const outcomes: Outcome[] = [];
  for (const name of ['00-dataset', '01-baseline', '02-lenet5', '03-alexnet8']) {
    writeExecuted(outDir, name, { finding: `${name} found <something> out.` });
    const output = path.join(outDir, 'notebooks', `${name}.ipynb`);
    outcomes.push({ status: 'passed', name, output, seconds: 75 });
  }
  const failure = {
    kind: 'error',
    message: 'RangeError: bad luck <b>&\nand a second line',
    ...{ line: 2, cell: { index: 4, count: 3, id: 'train' } },
  } as const;
  writeExecuted(outDir, '04-vgg16--batchSize=16', { status: 'failed', failure }, false);
  outcomes.push({ status: 'failed', name: '04-vgg16--batchSize=16', output: '', seconds: 3, failure });
  outcomes.push({
    status: 'refused',
    name: '05-resnet18',
    reason: 'it has no parameter "size"; it has profile.',
  });
  writeExecuted(outDir, '99-of-another-batch', { status: 'running' }, false);
  writeBatch(outDir, outcomes);

  networks.forEach(([label, parameters, multiplyAdds, seconds, test], i) => {
    for (const seed of [1, 2, 3]) {
      const [title] = label.split(',');
      const name = `${title.toLowerCase()}-quick-1a2b3c4d${seed > 1 ? `-seed${seed}` : ''}`;
      const wobble = ((seed * 7 + i * 3) % 5) / 200;
      const accuracies = { test: test + wobble, validation: test + 0.01 + wobble };
      writeRun(runsDir, name, {
        ...{ title, label, parameters, multiplyAdds, seconds: seconds + seed, seed, epochs: 10 },
        ...accuracies,
      });
    }
  });
  for (const [change, test] of [
    ['augmented', 0.68],
    ['5 epochs', 0.61],
  ] as const) {
    const label = `AlexNet8, width 0.25, ${change}`;
    const name = `alexnet8-quick-${change.replace(' ', '-')}`;
    const size = { parameters: 611_034, multiplyAdds: 8_000_000 };
    writeRun(runsDir, name, { title: 'AlexNet8', label, ...size, epochs: 10, test, validation: test });
  }
  for (const [setting, validation] of [
    ['128', 0.53],
    ['32', 0.58],
    ['8', 0.55],
  ] as const) {
    for (const seed of [1, 2]) {
      const study = { name: 'batch size', setting };
      const own = { seed, batchSize: Number(setting), validation: validation + seed / 100, epochs: 5 };
      writeRun(runsDir, `batch-size_${setting}-seed${seed}`, { study, ...own });
    }
  }
  for (const [setting, validation] of [
    ['adam', 0.58],
    ['sgd with momentum', 0.57],
    ['rmsprop', 0.52],
  ] as const) {
    const study = { name: 'optimizer', setting };
    writeRun(runsDir, `optimizer_${setting.replaceAll(' ', '-')}`, { study, validation, epochs: 5 });
  }
  const other = { data: 'CIFAR-10', trainImages: 50_000 };
  writeRun(runsDir, 'baseline-full', { ...other, test: 0.61, validation: 0.62, epochs: 10 });
  writeRun(runsDir, 'lenet5-full', {
    ...other,
    title: 'LeNet-5',
    test: 0.59,
    validation: 0.6,
    epochs: 10,
    parameters: 62_006,
  });
  writeRun(runsDir, 'stopped', { title: 'VGG16', done: 1 });
}
