import { setDisplayHost, type MimeBundle } from '../../lib/runtime/display';
import { adam, constant, crossEntropy, noAugmentation } from '../../lib/recipe';
import type { EpochRow, Evaluation, History } from '../../lib/runs';

export function row(epoch: number, values: Partial<EpochRow> = {}): EpochRow {
  return {
    epoch,
    loss: 2 - epoch / 10,
    penalty: 0,
    accuracy: 0.2 + epoch / 10,
    top5: 0.6 + epoch / 10,
    valLoss: 2.1 - epoch / 10,
    valPenalty: 0,
    valAccuracy: 0.1 + epoch / 10,
    valTop5: 0.5 + epoch / 10,
    learningRate: 0.001,
    seconds: 4,
    imagesPerSecond: 1250,
    memoryMB: 512,
    tensors: 40,
    ...values,
  };
}

export function history(values: Partial<History> = {}): History {
  return {
    network: 'Baseline',
    dataset: 'built-in sample',
    engine: 'tfjs',
    recipe: {
      epochs: 3,
      batchSize: 32,
      incompleteBatch: 'keep',
      optimizer: adam(),
      schedule: constant(),
      loss: crossEntropy(),
      metrics: [],
      classWeights: null,
      outputWeights: null,
      resizing: null,
      augmentation: noAugmentation,
      normalisation: null,
      precision: 'float32',
      validation: 'test',
      validationFrequency: 1,
      earlyStopping: null,
      preciseStatistics: null,
      whitening: null,
      keep: 'last',
      seed: 1,
    },
    epochs: [row(1), row(2), row(3)],
    interrupted: false,
    stoppedEarly: false,
    best: { epoch: 3, valAccuracy: 0.4 },
    weightsOf: 3,
    images: 15_000,
    seconds: 12,
    ...values,
  };
}

/** Ten images of three classes: of the first four, one was taken for the second class. */
export const evaluation: Evaluation = {
  network: 'Baseline',
  dataset: 'built-in sample',
  on: 'test',
  loss: 1,
  accuracy: 0.7,
  top5: 1,
  predictions: new Int32Array(10),
  confidences: new Float32Array(10),
  confusion: [
    [3, 1, 0],
    [0, 4, 0],
    [2, 0, 0],
  ],
  classNames: ['circle', 'ring', 'dots'],
  classes: [],
};

export interface Shown {
  readonly bundle: MimeBundle;
  readonly id: string | undefined;
  readonly update: boolean | undefined;
}

/** Runs `action` as in a notebook, and returns what it showed. */
export async function inNotebook(action: () => void | Promise<void>): Promise<Shown[]> {
  const shown: Shown[] = [];
  setDisplayHost({
    show: (bundle, id, update) => void shown.push({ bundle, id, update }),
    clear: () => void shown.splice(0),
  });
  try {
    await action();
  } finally {
    setDisplayHost(undefined);
  }
  return shown;
}

/** Runs `action` as in a script whose output goes to a file, and returns what it wrote. */
export async function inTerminal(action: () => void | Promise<void>): Promise<string> {
  const { log } = console;
  const write = process.stdout.write.bind(process.stdout);
  let written = '';
  console.log = (text: string) => void (written += `${text}\n`);
  process.stdout.write = (text: string | Uint8Array) => {
    written += String(text);
    return true;
  };
  try {
    await action();
  } finally {
    console.log = log;
    process.stdout.write = write;
  }
  return written;
}

/** The picture inside a figure's HTML. */
export function pictureOf(html: string): string {
  const [, base64] = /src="data:image\/svg\+xml;base64,([^"]*)"/.exec(html) ?? [];
  if (!base64) throw new Error(`No picture in ${html.slice(0, 200)}`);
  return Buffer.from(base64, 'base64').toString();
}

/**
 * Fails unless `xml` is one well-formed element: tags in pairs, attributes quoted, no stray `<` or `&`.
 * @returns the names of its elements, in order
 */
export function parseXml(xml: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  const tag = /<(\/?)([a-zA-Z]+)((?: [\w:-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  let end = 0;
  for (const match of xml.matchAll(tag)) {
    const [whole, closing, name, , single, text] = match as unknown as [string, ...(string | undefined)[]];
    end += whole.length;
    if (/&(?!(amp|lt|gt|quot|#39);)/.test(whole)) throw new Error(`Stray & in ${whole}`);
    if (name === undefined || text !== undefined) continue;
    if (closing) {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
    } else {
      names.push(name);
      if (!single) open.push(name);
    }
  }
  if (end !== xml.length || open.length > 0) {
    throw new Error(
      `Not well-formed after ${xml.slice(Math.max(0, end - 40), end + 40)}, open: ${open.join()}`,
    );
  }
  return names;
}
