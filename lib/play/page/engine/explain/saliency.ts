import { Network } from '../network/network';
import { tf } from '../tf';
import { scoreOf } from './score';
import type { Saliency } from './types';

export const saliency: Saliency = async (given, image, classIndex) => {
  const network = Network.of(given);
  const largest = tf.tidy(() => {
    const byInput = tf.grad((input) => scoreOf(network, input, classIndex));
    // A pixel's change reaches the network divided by the deviation.
    const byPixel = tf.div(byInput(network.input([image])), tf.tensor1d([...network.pack.scale.deviation]));
    return tf.max(tf.abs(byPixel), 3);
  });
  const values = await largest.data<'float32'>();
  largest.dispose();
  return { height: image.height, width: image.width, values };
};
