import { mixesImages } from '../recipe/augmentation';
import { tf } from '../runtime/tensorflow';
import { Graph } from './graph';
import { packedSize, packImages, trainingImages, type ImageShape, type TrainingImageOptions } from './input';
import { placeholder } from './ops/constant';
import { Session } from './session';

export type AugmenterOptions = TrainingImageOptions;

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
    const packed = placeholder(graph, 'images', 'int32', [null, packedSize(imageShape)]);
    const step = placeholder(graph, 'step', 'int32', []);
    const mixes = mixesImages(options.augmentation);
    const others = mixes ? [placeholder(graph, 'others', 'int32', [null, packedSize(imageShape)])] : [];
    const { images } = trainingImages(packed, options, step, ...others);
    graph.offer(signature, { inputs: [packed, step, ...others], outputs: [images] });
    return new Augmenter(imageShape, mixes, await Session.load(graph));
  }

  /**
   * The images of one step as training takes them.
   * @param images uint8 [n, height, width, channels]; what is drawn for each depends on its position among them
   * @param step the step's number, counted from 0
   * @param others where the images find partners, if they are mixed: the one at position i + 1 is the partner of image i.
   *   Of the same shape; defaults to the images themselves, as in training
   * @returns float32 [n, height, width, channels]; the caller disposes of it
   */
  batch(images: Uint8Array, step: number, others = images): tf.Tensor4D {
    const feeds = [
      this.#packed(images),
      tf.scalar(step, 'int32'),
      ...(this.mixes ? [this.#packed(others)] : []),
    ];
    const [batch] = this.session.run(signature, feeds);
    tf.dispose(feeds);
    return batch as tf.Tensor4D;
  }

  dispose(): void {
    this.session.dispose();
  }

  #packed(images: Uint8Array): tf.Tensor2D {
    const { imageShape } = this;
    const count = images.length / imageShape.reduce((size, side) => size * side, 1);
    return tf.tensor2d(packImages(images, count, imageShape), [count, packedSize(imageShape)], 'int32');
  }
}
