import { check } from '../runtime/check';
import { oneOf } from './ranges';

/** `mixed_bfloat16` computes in bfloat16 and keeps weights in float32, like Keras's policy of that name. */
export type Precision = 'float32' | 'mixed_bfloat16';

/**
 * `auto` stands for a precision that is chosen when a run begins, by the device and the network's size: see
 * `choosePrecision`. A run records what was chosen.
 */
export type PrecisionChoice = Precision | 'auto';

const choices = oneOf('float32', 'mixed_bfloat16', 'auto');

/** @throws UserError that lists the choices */
export function checkPrecisionChoice(choice: PrecisionChoice): PrecisionChoice {
  check(choices.holds(choice), 'precision', choice, choices.allowed);
  return choice;
}

/** The generation of NVIDIA's cards, Ampere, that brought matrix units for bfloat16. */
const firstWithBfloat16 = 8;

/**
 * Below this, a network's operations are so small that starting them takes longer than computing them, in either type.
 * A rule of thumb, not measured on any card yet: AlexNet8, VGG16 and ResNet18 lie above it, the other networks far below.
 */
const worthwhileMultiplyAdds = 100e6;

/**
 * What `auto` stands for: bfloat16 for large networks on cards that have it, float32 for small ones, on other cards, and
 * on every CPU.
 * @param computeCapability NVIDIA's number for the card's generation, such as 8.6; null without a card, or if unknown
 * @param multiplyAdds of the network, for one image
 */
export function choosePrecision(computeCapability: number | null, multiplyAdds: number): Precision {
  const has = computeCapability !== null && computeCapability >= firstWithBfloat16;
  return has && multiplyAdds >= worthwhileMultiplyAdds ? 'mixed_bfloat16' : 'float32';
}
