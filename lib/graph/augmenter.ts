import { mixesImages } from '../recipe/augmentation';
import { tf } from '../runtime/tensorflow';
import { Graph } from './graph';
import {
  packedSize,
  packImages,
  trainingImages,
  type ImageShape,
  type StoredImages,
  type TrainingImageOptions,
} from './input';
import { placeholder } from './ops/constant';
import { Session } from './session';

export type AugmenterOptions = TrainingImageOptions;

/** Training images, and where they are among all of them. */
export interface AugmenterImages {
  /** uint8 [n, height, width, channels] */
  readonly images: Uint8Array;
  /** A place among all images trained on for each; what is drawn once for an image goes by it. */
  readonly indices: ArrayLike<number>;
}

const signature = 'augment';

/**
 * The way from stored bytes to what a network is trained on, as a graph of its own.
 *
 * It has the very operations that a training graph begins with, for whoever needs their results without training: the
 * tfjs engine, and pictures of augmented images. A second implementation in TypeScript would have to repeat
 * TensorFlow's random numbers as well as each rule, and agree with them for ever.
 */
export class Augmenter {
  private constructor(
    readonly imageShape: ImageShape,
    readonly mixes: boolean,
    readonly session: Session,
  ) {}

  static async compile(options: AugmenterOptions): Promise<Augmenter> {
    const { imageShape } = options;
    const graph = new Graph();
    const step = placeholder(graph, 'step', 'int32', []);
    const stored = (name: string): StoredImages => ({
      packed: placeholder(graph, name, 'int32', [null, packedSize(imageShape)]),
      indices: placeholder(graph, `${name}_indices`, 'int32', [null]),
    });
    const mixes = mixesImages(options.augmentation);
    const given = [stored('images'), ...(mixes ? [stored('others')] : [])] as const;
    const [own, others] = given;
    const { images } = trainingImages(own, options, step, others);
    const fed = given.flatMap(({ packed, indices }) => [packed, indices]);
    graph.offer(signature, { inputs: [step, ...fed], outputs: [images] });
    return new Augmenter(imageShape, mixes, await Session.load(graph));
  }

  /**
   * The images of one step as training takes them.
   * @param images what is drawn in every step for each depends on its position among them
   * @param step the step's number, counted from 0
   * @param others where the images find partners, if they are mixed: the one at position i + 1 is the partner of image i.
   *   As many as the images; defaults to the images themselves, as in training
   * @returns float32 [n, height, width, channels]; the caller disposes of it
   */
  batch(images: AugmenterImages, step: number, others = images): tf.Tensor4D {
    const given = [images, ...(this.mixes ? [others] : [])];
    const feeds = [tf.scalar(step, 'int32'), ...given.flatMap((each) => this.#feeds(each))];
    const [batch] = this.session.run(signature, feeds);
    tf.dispose(feeds);
    return batch as tf.Tensor4D;
  }

  dispose(): void {
    this.session.dispose();
  }

  #feeds({ images, indices }: AugmenterImages): tf.Tensor[] {
    const { imageShape } = this;
    const count = indices.length;
    return [
      tf.tensor2d(packImages(images, count, imageShape), [count, packedSize(imageShape)], 'int32'),
      tf.tensor1d(Int32Array.from(indices), 'int32'),
    ];
  }
}
