import type { Dataset, ImageSet } from '../data/types';
import { UserError } from '../runtime/errors';
import { onInterrupt } from '../runtime/interrupt';
import { tf } from '../runtime/tensorflow';

export interface NearestNeighbours {
  /** For each test image, the position of the training image that is most like it. */
  readonly neighbours: Uint32Array;
  /** Share of the test images whose neighbour is of their class. */
  readonly accuracy: number;
}

/**
 * Finds the nearest training image of each test image, by the Euclidean distance of their pixels: a classifier that
 * memorises and learns nothing.
 * @throws UserError if interrupted: there are no partial results
 */
export async function nearestNeighbours(
  { train, test }: Dataset,
  { block = 2500 }: { block?: number } = {},
): Promise<NearestNeighbours> {
  const neighbours = new Uint32Array(test.count);
  const nearest = new Float32Array(test.count).fill(Infinity);
  let interrupted = false;
  let known: tf.Tensor2D | undefined;
  const forget = onInterrupt(() => (interrupted = true));
  const stopped = (): boolean => interrupted;
  try {
    for (let from = 0; from < train.count; from += block) {
      known?.dispose();
      const some = (known = rows(train, from, block));
      for (let start = 0; start < test.count; start += block) {
        // Lets an interrupt arrive: tensor operations themselves never yield.
        await tf.nextFrame();
        if (stopped()) throw new UserError('The search was interrupted. Run it again for a result.');
        const [distances, positions] = tf.tidy(() => {
          // |a − b|² − |a|²: the term |a|² is the same for all neighbours of a test image a.
          const asked = rows(test, start, block);
          const relative = some
            .square()
            .sum(1)
            .sub(tf.matMul(asked, some, false, true).mul(2));
          return [relative.min(1).dataSync<'float32'>(), relative.argMin(1).dataSync()];
        });
        distances.forEach((distance, i) => {
          if (distance >= nearest[start + i]) return;
          nearest[start + i] = distance;
          neighbours[start + i] = from + positions[i];
        });
      }
    }
  } finally {
    known?.dispose();
    forget();
  }
  const right = neighbours.filter((neighbour, i) => train.labels[neighbour] === test.labels[i]);
  return { neighbours, accuracy: right.length / test.count };
}

/** Images as rows of pixels from 0 to 1: float32 [images, pixels]. */
function rows({ images, count }: ImageSet, from: number, most: number): tf.Tensor2D {
  const size = images.length / count;
  const part = images.subarray(from * size, (from + most) * size);
  return tf.tidy(() => tf.tensor2d(part, [part.length / size, size], 'int32').div(255));
}
