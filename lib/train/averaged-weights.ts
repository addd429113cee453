/** Weights that a training keeps beside the trained ones, and which are what its network ends with. */
import { keyed } from '../models/weights/keys';
import { getNamed, setNamed, type NamedArray, type NamedArrays } from '../models/weights/named';
import { averageSlot, type Optimizer } from '../recipe';
import type { tf } from '../runtime/tensorflow';

/**
 * Gives the model the averages in the optimizer's slots, if it keeps any.
 * @param slots gives them, as an engine's run or a checkpoint has them
 */
export async function takeAverages(
  model: tf.LayersModel,
  optimizer: Optimizer,
  slots: () => NamedArrays | Promise<NamedArrays>,
): Promise<void> {
  const slot = averageSlot(optimizer);
  if (slot === null) return;
  const all = await slots();
  const averages = new Map<string, NamedArray>();
  // Those of batch normalisation's statistics too, if there are any.
  const averaged = keyed(model).flatMap(({ key, weight }) => {
    const average = all.get(`${key}/${slot}`);
    if (average) averages.set(key, average);
    return average ? [weight] : [];
  });
  setNamed(model, averaged, averages, "the optimizer's state");
}

/** Calls `use` while the model holds its averages, if there are any, and gives it back the weights it had. */
export async function withAverages<T>(
  model: tf.LayersModel,
  optimizer: Optimizer,
  slots: () => NamedArrays | Promise<NamedArrays>,
  use: () => Promise<T>,
): Promise<T> {
  if (averageSlot(optimizer) === null) return use();
  const trained = getNamed(model);
  await takeAverages(model, optimizer, slots);
  try {
    return await use();
  } finally {
    setNamed(model, model.weights, trained, 'the training');
  }
}
