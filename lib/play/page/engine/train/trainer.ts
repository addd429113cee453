/** A network in training: one step at a time, so that a page can draw, stop and change settings in between. */
import type { NetworkPack } from '../../../pack';
import { Ending } from '../network/ending';
import { readWeights } from '../network/network';
import { inputOf } from '../network/scale';
import {
  layersOfTf,
  tf,
  type Model,
  type Scalar,
  type SymbolicTensor,
  type Tensor,
  type Tensor2D,
  type Variable,
} from '../tf';
import type { Pixels, Weight } from '../types';
import { buildNetwork } from './build';
import { packOf } from './network-pack';
import { makeOptimizer, setLearningRate } from './optimizers';
import { dropoutSeeds, orderOf } from './order';
import { scaleOf } from './scale';
import type {
  LabelledPictures,
  MakeTrainer,
  Measured,
  Trainer,
  TrainerOptions,
  TrainSettings,
  WatchedLayers,
} from './types';

/** Held-out pictures at a time. */
const measuredAtOnce = 64;

export const makeTrainer: MakeTrainer = async (options) =>
  new PageTrainer(await buildNetwork(options.blueprint, options.seed), options);

class PageTrainer implements Trainer {
  step = 0;
  readonly watched: WatchedLayers;
  /** Pictures learned from so far, over all epochs. */
  #seen = 0;
  #settings: TrainSettings;
  #optimizer: ReturnType<typeof makeOptimizer>;
  #order = new Uint32Array();
  #orderOfEpoch = -1;
  readonly #model: Model;
  readonly #ending: Ending;
  readonly #options: TrainerOptions;
  readonly #scale: NetworkPack['scale'];
  readonly #dropouts: { seed?: number }[];

  constructor(model: Model, options: TrainerOptions) {
    this.#model = model;
    this.#ending = new Ending(model);
    this.#options = options;
    this.#settings = options.settings;
    this.#optimizer = makeOptimizer(options.settings);
    this.#scale = scaleOf(options.training.pictures);
    this.watched = watchedIn(model);
    const dropouts = model.layers.filter((layer) => layer.getClassName() === 'Dropout');
    this.#dropouts = dropouts as unknown as { seed?: number }[];
  }

  get epoch(): number {
    return this.#seen / this.#options.training.pictures.length;
  }

  get settings(): TrainSettings {
    return this.#settings;
  }

  set settings(settings: TrainSettings) {
    if (settings.optimizer === this.#settings.optimizer) {
      setLearningRate(this.#optimizer, settings.learningRate);
    } else {
      this.#optimizer.dispose();
      this.#optimizer = makeOptimizer(settings);
    }
    this.#settings = settings;
  }

  async advance(): Promise<Measured> {
    const batch = this.#nextBatch();
    // tfjs draws a mask from a layer's seed alone: a fixed one would give the same mask in every step.
    const random = dropoutSeeds(this.#options.seed, this.step);
    for (const layer of this.#dropouts) layer.seed = random.uint32();
    const accuracies: Scalar[] = [];
    const { input, truth } = this.#tensorsOf(batch);
    const cost = this.#optimizer.minimize(
      () => {
        const scores = this.#ending.logits(input, { training: true });
        // `minimize` tidies up what is made in here.
        accuracies.push(tf.keep(accuracyOf(scores, truth)));
        return tf.losses.softmaxCrossEntropy(truth, scores);
      },
      true,
      this.#model.trainableWeights.map((weight) => weight.read() as Variable),
    )!;
    const measured = await numbersOf(cost, accuracies[0]);
    tf.dispose([cost, input, truth, ...accuracies]);
    this.step += 1;
    this.#seen += batch.labels.length;
    return measured;
  }

  async measure(): Promise<Measured> {
    const { pictures, labels, classNames } = this.#options.heldOut;
    const total = { loss: 0, accuracy: 0 };
    for (let from = 0; from < labels.length; from += measuredAtOnce) {
      const some = {
        pictures: pictures.slice(from, from + measuredAtOnce),
        labels: labels.slice(from, from + measuredAtOnce),
        classNames,
      };
      const { input, truth } = this.#tensorsOf(some);
      const [loss, accuracy] = tf.tidy((): Scalar[] => {
        const scores = this.#ending.logits(input);
        return [tf.losses.softmaxCrossEntropy(truth, scores), accuracyOf(scores, truth)];
      });
      const measured = await numbersOf(loss, accuracy);
      tf.dispose([loss, accuracy, input, truth]);
      total.loss += measured.loss * some.labels.length;
      total.accuracy += measured.accuracy * some.labels.length;
    }
    return { loss: total.loss / labels.length, accuracy: total.accuracy / labels.length };
  }

  weights(layer: string): Promise<Readonly<Record<string, Weight>>> {
    return readWeights(this.#model.getLayer(layer));
  }

  async output(layer: string, image: Pixels): Promise<Float32Array> {
    const { output } = this.#model.getLayer(layer);
    const part = layersOfTf.model({ inputs: this.#model.inputs, outputs: output as SymbolicTensor });
    const found = tf.tidy(() => part.predict(this.#inputOf([image])) as Tensor);
    const values = await found.data<'float32'>();
    found.dispose();
    return values;
  }

  pack(id: string, title: string, accuracy: number | null): Promise<NetworkPack> {
    const { blueprint, training, seed } = this.#options;
    const { optimizer, learningRate, batchSize } = this.#settings;
    return packOf(this.#model, {
      id,
      title,
      classNames: training.classNames,
      imageShape: blueprint.imageShape,
      scale: this.#scale,
      facts: {
        dataset: training.title,
        recipe: `${optimizer}, learning rate ${learningRate}, batches of ${batchSize}`,
        seed,
        epochs: this.epoch,
        accuracy,
      },
    });
  }

  dispose(): void {
    this.#optimizer.dispose();
    this.#model.dispose();
  }

  /** The next pictures of this pass; at its end fewer, so that each pass sees every picture once. */
  #nextBatch(): LabelledPictures {
    const { training, seed } = this.#options;
    const { length } = training.pictures;
    const epoch = Math.floor(this.#seen / length);
    if (epoch !== this.#orderOfEpoch) {
      this.#order = orderOf(length, seed, epoch);
      this.#orderOfEpoch = epoch;
    }
    const from = this.#seen - epoch * length;
    const chosen = [...this.#order.subarray(from, from + this.#settings.batchSize)];
    return {
      title: training.title,
      classNames: training.classNames,
      pictures: chosen.map((index) => training.pictures[index]),
      labels: chosen.map((index) => training.labels[index]),
    };
  }

  #inputOf(pictures: readonly Pixels[]): Tensor {
    return inputOf(pictures, this.#options.blueprint.imageShape, this.#scale);
  }

  #tensorsOf({ pictures, labels, classNames }: Omit<LabelledPictures, 'title'>): {
    input: Tensor;
    truth: Tensor2D;
  } {
    return tf.tidy(() => ({
      input: this.#inputOf(pictures),
      truth: tf.oneHot(tf.tensor1d([...labels], 'int32'), classNames.length) as Tensor2D,
    }));
  }
}

function accuracyOf(scores: Tensor2D, truth: Tensor2D): Scalar {
  return tf.mean(tf.equal(tf.argMax(scores, 1), tf.argMax(truth, 1)));
}

async function numbersOf(loss: Tensor, accuracy: Tensor): Promise<Measured> {
  const [[one], [other]] = await Promise.all([loss.data(), accuracy.data()]);
  return { loss: one, accuracy: other };
}

function watchedIn({ layers }: Model): WatchedLayers {
  const first = layers.findIndex((layer) => layer.getClassName() === 'Conv2D');
  const after = layers.findIndex(
    (layer, i) => i > first && !/Normalization|Activation|ReLU/.test(layer.getClassName()),
  );
  const maps = layers[after - 1];
  return {
    filters: layers[first].name,
    maps: maps.name,
    mapShape: (maps.outputShape as number[]).slice(1) as [number, number, number],
    answer: layers[layers.length - 1].name,
  };
}
