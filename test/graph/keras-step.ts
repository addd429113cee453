/** One training step of the graph engine against the same step in Keras. */
import assert from 'node:assert/strict';
import type { NamedArray, NamedArrays } from '../../lib/models/weights/named';
import { Trainer, type ImageShape } from '../../lib/graph';
import { noAugmentation } from '../../lib/recipe/augmentation';
import { crossEntropy } from '../../lib/recipe/losses';
import { adam } from '../../lib/recipe/optimizers';
import type { tf } from '../../lib/runtime/tensorflow';

const tolerance = 1e-3;

/**
 * @param model with the weights from before the step; it has those from after it then
 * @param step what scripts/keras/reference.py says of it
 * @param isNoise whether the gradient of a weight is rounding errors alone, of which Adam makes full steps
 */
export async function compareGraphStep(
  model: tf.LayersModel,
  step: NamedArrays,
  isNoise: (weight: string) => boolean,
): Promise<void> {
  const expected = (name: string): NamedArray => {
    const array = step.get(name);
    assert.ok(array, `Keras tells nothing of ${name}`);
    return array;
  };
  const labels = Uint8Array.from(expected('labels').values);
  const [, ...imageShape] = expected('images').shape;
  const size = imageShape.reduce((a, b) => a * b, 1);
  const images = Uint8Array.from(expected('images').values.subarray(0, labels.length * size), (x) =>
    Math.round(x * 255),
  );
  const trainer = await Trainer.compile({
    model,
    imageShape: imageShape as unknown as ImageShape,
    examples: { images, labels, count: labels.length },
    normalisation: null,
    augmentation: noAugmentation,
    loss: crossEntropy(),
    optimizer: adam(),
    dtype: 'float32',
    seed: 1,
  });
  try {
    const all = Int32Array.from(labels, (_, i) => i);
    const { loss, gradients } = trainer.gradients(all, 0);
    close('the loss', Float32Array.of(loss), expected('loss').values);
    for (const [name, { values }] of gradients) {
      const theirs = expected(`gradient/${name}`).values;
      const scale = isNoise(name) ? expected(`gradient/${name.replace('/bias', '/kernel')}`).values : theirs;
      close(`the gradient of ${name}`, values, theirs, largest(scale));
    }

    const before = new Map(model.weights.map((weight) => [weight.originalName, valuesOf(weight)]));
    trainer.step(all, 0, 1e-3);
    trainer.writeModel();
    for (const weight of model.weights) {
      const name = weight.originalName;
      const start = before.get(name) ?? new Float32Array();
      const change = difference(valuesOf(weight), start);
      if (name.includes('/moving_')) {
        const theirs = difference(expected(`after/${name}`).values, start);
        close(`the change of ${name}`, change, theirs);
      } else if (!isNoise(name)) {
        const theirs = expected(`adam/${name}`).values;
        const off = norm(difference(valuesOf(weight), theirs)) / norm(theirs);
        assert.ok(off <= tolerance, `${name} after a step of Adam is off by ${off} of its norm`);
        assert.ok(norm(change) > 0, `${name} did not move`);
      }
    }
  } finally {
    trainer.dispose();
  }
}

function valuesOf(weight: tf.LayersModel['weights'][number]): Float32Array {
  return weight.read().dataSync().slice() as Float32Array;
}

function close(what: string, found: Float32Array, expected: Float32Array, scale = largest(expected)): void {
  const off = largest(difference(found, expected)) / scale;
  assert.ok(off <= tolerance, `${what} is off by ${off} of its largest value in the graph`);
}

function difference(a: Float32Array, b: Float32Array): Float32Array {
  assert.equal(a.length, b.length);
  return a.map((value, i) => value - b[i]);
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((total, value) => total + value * value, 0));
}
