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
    readonly session: Session,
  ) {}

  static async compile(options: AugmenterOptions): Promise<Augmenter> {
    const { imageShape } = options;
    const graph = new Graph();
    const packed = placeholder(graph, 'images', 'int32', [null, packedSize(imageShape)]);
    const step = placeholder(graph, 'step', 'int32', []);
    const output = trainingImages(packed, options, step);
    graph.offer(signature, { inputs: [packed, step], outputs: [output] });
    return new Augmenter(imageShape, await Session.load(graph));
  }

  /**
   * The images of one step as training takes them.
   * @param images uint8 [n, height, width, channels]; what is drawn for each depends on its position among them
   * @param step the step's number, counted from 0
   * @returns float32 [n, height, width, channels]; the caller disposes of it
   */
  batch(images: Uint8Array, step: number): tf.Tensor4D {
    const count = images.length / this.imageShape.reduce((size, side) => size * side, 1);
    const packed = packImages(images, count, this.imageShape);
    const feeds = [
      tf.tensor2d(packed, [count, packedSize(this.imageShape)], 'int32'),
      tf.scalar(step, 'int32'),
    ];
    const [batch] = this.session.run(signature, feeds);
    tf.dispose(feeds);
    return batch as tf.Tensor4D;
  }

  dispose(): void {
    this.session.dispose();
  }
}
