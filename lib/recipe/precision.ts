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

/**
 * Above this lie AlexNet8, VGG16, ResNet18 and the speed-run's network, the others far below. A rule of thumb: on a CPU the
 * large ones gain half or more, Inception10 less (docs/engine.md); the smallest were not measured, and no card was. The
 * smaller an operation is, the more of its time goes into starting it, in either type.
 */
const worthwhileMultiplyAdds = 100e6;

/**
 * What `auto` stands for: bfloat16 for large networks on devices that compute faster in it, float32 for all else.
 * @param hasBfloat16 whether the device is one of them: see `hasFastBfloat16`
 * @param multiplyAdds of the network, for one image
 */
export function choosePrecision(hasBfloat16: boolean, multiplyAdds: number): Precision {
  return hasBfloat16 && multiplyAdds >= worthwhileMultiplyAdds ? 'mixed_bfloat16' : 'float32';
}
