/** Whether a network's confidence can be believed: expected calibration error, and the bins of a reliability diagram. */
import { Random } from '../data/random';

/** Images whose confidence lies between two limits. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly images: number;
  /** Mean confidence of these images; NaN if there are none. */
  readonly confidence: number;
  /** Fraction of these images that are classified correctly; NaN if there are none. */
  readonly accuracy: number;
}

export interface Calibration {
  /** Of all images. */
  readonly confidence: number;
  readonly accuracy: number;
  readonly images: number;
  readonly bins: readonly CalibrationBin[];
  /**
   * The expected calibration error (Guo et al. 2017, https://arxiv.org/abs/1706.04599): the mean over the images of the
   * distance between the accuracy and the mean confidence of their bin.
   */
  readonly error: number;
  /**
   * The mean error of an honest network that is as confident: its answers are right with the probability that it gives
   * them. It is not 0, since the accuracy in a bin varies by chance.
   */
  readonly errorByChance: number;
}

export interface CalibrationOptions {
  /** Number of bins of equal width between 0 and 1. Defaults to 10. */
  readonly bins?: number;
}

/** How often the honest network is drawn. */
const draws = 100;

/**
 * @param confidences the probability that the network gives its answer, for each image
 * @param right whether that answer is the true class
 * @throws RangeError for lists of different lengths or none, a confidence outside 0 to 1, or a number of bins that is none
 */
export function calibration(
  confidences: ArrayLike<number>,
  right: ArrayLike<boolean>,
  { bins: count = 10 }: CalibrationOptions = {},
): Calibration {
  const images = confidences.length;
  if (images === 0 || right.length !== images) {
    throw new RangeError(`${images} confidences and ${right.length} answers; expected as many of both`);
  }
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`${count} bins; expected 1 or more`);
  const given = Array.from(confidences, asConfidence);
  const places = given.map((confidence) => Math.min(count - 1, Math.floor(confidence * count)));

  const sizes = new Float64Array(count);
  const confidence = new Float64Array(count);
  given.forEach((each, i) => {
    sizes[places[i]]++;
    confidence[places[i]] += each;
  });
  const hitsOf = (isRight: (image: number) => boolean): Float64Array => {
    const hits = new Float64Array(count);
    places.forEach((bin, i) => (hits[bin] += isRight(i) ? 1 : 0));
    return hits;
  };
  const errorOf = (hits: Float64Array): number =>
    hits.reduce((sum, each, bin) => sum + Math.abs(each - confidence[bin]), 0) / images;

  const hits = hitsOf((i) => right[i]);
  const random = new Random(1);
  let byChance = 0;
  for (let draw = 0; draw < draws; draw++) {
    byChance += errorOf(hitsOf((i) => random.between(0, 1) < given[i]));
  }
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  return {
    ...{ images, confidence: sum(confidence) / images, accuracy: sum(hits) / images },
    bins: Array.from(sizes, (size, bin) => ({
      ...{ from: bin / count, to: (bin + 1) / count, images: size },
      ...{ confidence: confidence[bin] / size, accuracy: hits[bin] / size },
    })),
    error: errorOf(hits),
    errorByChance: byChance / draws,
  };
}

/** Sums in float32 may exceed 1 by a rounding error. */
function asConfidence(value: number): number {
  if (!(value >= 0 && value <= 1 + 1e-5)) throw new RangeError(`A confidence of ${value}; expected 0 to 1`);
  return Math.min(1, value);
}

/** Answers of a network as {@link calibration} takes them. */
export interface Answers {
  readonly predictions: Int32Array;
  readonly confidences: Float32Array;
  readonly right: readonly boolean[];
}

/**
 * The most probable class of each image, the probability given to it, and whether it is the true one.
 * @param rows for each image, a probability for each class
 */
export function answersOf(rows: readonly Float32Array[], labels: ArrayLike<number>): Answers {
  const confidences = Float32Array.from(rows, (row) => Math.max(...row));
  const predictions = Int32Array.from(rows, (row, image) => row.indexOf(confidences[image]));
  return { predictions, confidences, right: Array.from(predictions, (named, i) => named === labels[i]) };
}
