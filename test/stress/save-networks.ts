/**
 * The published networks, in full size, as .keras, SavedModel and ONNX: what Python computes from the files, compared with the
 * library. Some of them then classify the first test images, as the library does. `npm run stress:save [NETWORK…]`; a few
 * minutes, the first time more for onnxruntime, which is installed in an environment of its own.
 */
import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { describe, loadDataset } from '../../lib/data/load';
import { evaluate } from '../../lib/evaluate';
import { type PythonFormat, writeJob } from '../../lib/exchange/job';
import { onnxPython } from '../../lib/exchange/onnx-environment';
import { preprocessingOf } from '../../lib/exchange/preprocessing';
import { runScript } from '../../lib/exchange/python';
import { pretrained } from '../../lib/published';
import { recordsWithWeights } from '../../lib/published/pretrained';

const tolerance = 1e-5;
const made: Readonly<Record<PythonFormat, string>> = {
  keras: 'made.keras',
  savedmodel: 'made',
  onnx: 'made.onnx',
};
const formats = Object.keys(made) as PythonFormat[];

/** Small enough to classify many images in little time. */
const classifying = ['lenet5', 'inception10', 'speedrun'];
const testLimit = 1000;

async function main(chosen: readonly string[]): Promise<void> {
  const names = recordsWithWeights()
    .map(({ network }) => network.name)
    .filter((name) => chosen.length === 0 || chosen.includes(name));
  const python = await onnxPython(console.log);
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'stress-save-'));
  try {
    const place = (name: string, to: PythonFormat): string => path.join(folder, `${name}-${to}`);
    for (const name of names) {
      const model = await pretrained(name, { onNotice: () => undefined });
      for (const to of formats) {
        await fs.mkdir(place(name, to));
        await writeJob(place(name, to), model, to, made[to], preprocessingOf(model));
      }
      model.dispose();
    }
    const places = names.flatMap((name) => formats.map((to) => place(name, to)));
    assert.equal(await runScript(python, 'write_model.py', places), undefined);
    for (const each of places) {
      const { difference } = JSON.parse(await fs.readFile(path.join(each, 'result.json'), 'utf8')) as {
        difference: number;
      };
      console.log(`${path.basename(each).padEnd(24)} off by ${difference.toExponential(1)}`);
      assert.ok(difference <= tolerance, `${each} is off by ${difference}`);
    }
    const served = names.filter((name) => classifying.includes(name));
    await classify(served, folder, python, (name, to) => path.join(place(name, to), made[to]));
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

async function classify(
  names: readonly string[],
  folder: string,
  python: string,
  saved: (name: string, to: PythonFormat) => string,
): Promise<void> {
  const dataset = await loadDataset({ testLimit, trainLimit: 10, download: false });
  const { images, labels } = dataset.test;
  const [file, answers] = [path.join(folder, 'images.bin'), path.join(folder, 'answers.json')];
  await fs.writeFile(file, images);
  const all = names.flatMap((name) => (['savedmodel', 'onnx'] as const).map((to) => ({ name, to })));
  const paths = all.map(({ name, to }) => saved(name, to));
  const shape = dataset.imageShape.join(',');
  assert.equal(await runScript(python, 'serve_saved.py', [file, shape, answers, ...paths]), undefined);
  const found = JSON.parse(await fs.readFile(answers, 'utf8')) as number[][];
  console.log(describe(dataset));
  for (const name of names) {
    const model = await pretrained(name, { onNotice: () => undefined });
    const { predictions, accuracy } = await evaluate(model, dataset);
    model.dispose();
    console.log(`${name}: ${percent(accuracy)} here`);
    all.forEach((each, i) => {
      if (each.name !== name) return;
      const right = found[i].filter((predicted, image) => predicted === labels[image]).length;
      const others = found[i].filter((predicted, image) => predicted !== predictions[image]).length;
      console.log(`  ${each.to}: ${percent(right / labels.length)}, another class for ${others} images`);
      // Two classes may be as likely as each other, but for the last bits.
      assert.ok(
        others <= labels.length / 1000,
        `${name} as ${each.to} classifies ${others} images otherwise`,
      );
    });
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
