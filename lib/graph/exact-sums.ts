import { UserError } from '../runtime/errors';
import { oneDnnVariable } from '../runtime/one-dnn';
import { hasDilatedGradient } from './dilated-gradient';

/**
 * Without oneDNN, TensorFlow sums the gradients of kernels in bfloat16 on a CPU: 1,536 where 4,096 ones are added up. It
 * is off where dilated convolutions have no gradient.
 */
export function expectExactSums(): void {
  if (hasDilatedGradient()) return;
  throw new UserError(
    'The precision mixed_bfloat16 needs oneDNN on a CPU, and it is off here: without it, gradients are summed in bfloat16 ' +
      `and far too small. Unset ${oneDnnVariable} or set it to 1 before Node starts, or take float32.`,
  );
}
