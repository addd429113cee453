import type { CropPadding } from '../data/crops';
import { tf } from '../runtime/tensorflow';
import { isItself, type View } from './views';

/**
 * A view of images as a network takes them. Zeros beside an image are zeros to the network, as in augmentation: the mean
 * colour, where images are normalised, and not black.
 * @param images float32 [n, height, width, channels]
 * @returns the same shape; the caller disposes of it, best by `tf.tidy`
 */
export function viewBatch(images: tf.Tensor4D, view: View, padding: CropPadding): tf.Tensor4D {
  if (isItself(view)) return images.clone();
  const { down, right, mirrored } = view;
  const [rows, columns] = [Math.abs(down), Math.abs(right)];
  const around: [number, number][] = [
    [0, 0],
    [rows, rows],
    [columns, columns],
    [0, 0],
  ];
  const larger = padding === 'zeros' ? images.pad(around) : tf.mirrorPad(images, around, 'reflect');
  const seen = larger.slice([0, rows + down, columns + right, 0], images.shape) as tf.Tensor4D;
  return mirrored ? seen.reverse(2) : seen;
}
