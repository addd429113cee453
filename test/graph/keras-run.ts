/** Training that Keras has done, done again by the graph engine: the same weights, images and batches. */
import assert from 'node:assert/strict';
import { Trainer, type Examples, type ImageShape, type Totals, type TrainerOptions } from '../../lib/graph';
import { importKerasWeights } from '../../lib/models';
import { getNamed, type NamedArrays } from '../../lib/models/weights/named';
import { noAugmentation } from '../../lib/recipe/augmentation';
import type { tf } from '../../lib/runtime/tensorflow';
import type { KerasReference } from '../models/keras';

/** How a script of scripts/keras has trained: step i on images i·batch to (i + 1)·batch. */
export interface KerasSteps {
  readonly id: string;
  readonly batch: number;
  readonly steps: number;
}

type Options = Omit<TrainerOptions, 'model' | 'imageShape' | 'examples' | 'dtype' | 'seed'>;

export class KerasRun {
  readonly #start: NamedArrays;
  readonly #expected: NamedArrays;

  private constructor(
    readonly steps: KerasSteps,
    readonly model: tf.LayersModel,
    readonly trainer: Trainer,
    readonly examples: Examples,
    expected: NamedArrays,
  ) {
    this.#start = getNamed(model);
    this.#expected = expected;
  }

  /**
   * Calls `use` with a run that has not begun, and frees it afterwards.
   * @param model gets Keras's weights, and is disposed of
   * @param options pixels are neither normalised nor augmented by default
   * @param beside what goes with the images, out of what Keras says under a name
   */
  static async with<Case extends KerasSteps>(
    keras: KerasReference<Case>,
    steps: KerasSteps,
    model: tf.LayersModel,
    options: Partial<Options> & Pick<Options, 'loss' | 'optimizer'>,
    use: (run: KerasRun) => void | Promise<void>,
    beside: (values: (name: string) => Float32Array) => Partial<Examples> = () => ({}),
  ): Promise<void> {
    await importKerasWeights(model, keras.weightsFile(steps.id));
    const expected = await keras.training(steps.id);
    const values = (name: string): Float32Array => valuesOf(expected, name);
    const labels = Uint8Array.from(values('classes'));
    const images = Uint8Array.from(values('images'));
    const examples = { images, labels, count: labels.length, ...beside(values) };
    const [image] = model.inputs.filter(({ shape }) => shape.length === 4);
    const trainer = await Trainer.compile({
      model,
      imageShape: image.shape.slice(1) as unknown as ImageShape,
      examples,
      normalisation: null,
      augmentation: noAugmentation,
      dtype: 'float32',
      seed: 1,
      ...options,
    });
    try {
      await use(new KerasRun(steps, model, trainer, examples, expected));
    } finally {
      trainer.dispose();
      model.dispose();
    }
  }

  /** What Keras says under a name. */
  values(name: string): Float32Array {
    return valuesOf(this.#expected, name);
  }

  /** @param onStep with the totals of each step and its number */
  takeSteps(learningRate: number, onStep: (totals: Totals, step: number) => void): void {
    const { batch, steps } = this.steps;
    for (let step = 0; step < steps; step++) {
      const indices = Int32Array.from({ length: batch }, (_, i) => step * batch + i);
      this.trainer.step(indices, step, learningRate);
      const totals = this.trainer.totals();
      assert.equal(totals.images, batch, `step ${step}`);
      onStep(totals, step);
    }
  }

  /** @param tolerance a share of Keras's loss */
  closeLoss({ loss, images }: Totals, step: number, tolerance = 1e-4): void {
    close(`the loss of step ${step}`, loss / images, this.values('losses')[step], tolerance);
  }

  /**
   * Compares how far each weight has come with how far Keras moved it.
   * @param when under which name Keras's weights are
   * @param tolerance a share of the norm of Keras's change
   * @param still whether Keras leaves a weight as it is; defaults to none
   * @param found defaults to the model's weights now
   */
  closeWeights(
    when: 'first' | 'after' | 'average',
    tolerance: number,
    { still = () => false, found }: { still?: (name: string) => boolean; found?: NamedArrays } = {},
  ): void {
    if (!found) this.trainer.writeModel();
    const now = found ?? getNamed(this.model);
    for (const [name, { values: before }] of this.#start) {
      const theirs = difference(this.values(`${when}/${name}`), before);
      const ours = difference(valuesOf(now, name), before);
      assert.equal(norm(theirs) === 0, still(name), `whether Keras leaves ${name} as it is, ${when}`);
      const off = norm(difference(ours, theirs));
      const share = off / norm(theirs);
      assert.ok(
        off <= tolerance * norm(theirs),
        `the change of ${name}, ${when}, is off by ${share} of its norm`,
      );
    }
  }
}

/** @param tolerance a share of the expected value, or of 0.001 if that is larger */
export function close(what: string, found: number, expected: number, tolerance = 1e-4): void {
  const off = Math.abs(found - expected) / Math.max(1e-3, Math.abs(expected));
  assert.ok(off <= tolerance, `${what} is ${found}, in Keras ${expected}`);
}

function valuesOf(arrays: NamedArrays, name: string): Float32Array {
  const array = arrays.get(name);
  assert.ok(array, `nothing is said of ${name}`);
  return array.values;
}

function difference(a: Float32Array, b: Float32Array): Float32Array {
  assert.equal(a.length, b.length);
  return a.map((value, i) => value - b[i]);
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((total, value) => total + value * value, 0));
}
