import { computeCapability } from '../runtime/card';
import { multipliesBfloat16 } from '../runtime/processor';
import { usesGpu } from '../runtime/versions';
import { hasDilatedGradient } from './dilated-gradient';

/** The generation of NVIDIA's cards, Ampere, that brought matrix units for bfloat16. */
const firstWithBfloat16 = 8;

/** What `hasFastBfloat16` goes by, each asked only if it matters. */
interface Circumstances {
  readonly onGpu: () => boolean;
  /** NVIDIA's number for the card's generation, such as 8.6; null if unknown. */
  readonly capability: () => number | null;
  readonly processor: () => boolean;
  readonly oneDnn: () => boolean;
}

const here: Circumstances = {
  onGpu: usesGpu,
  capability: computeCapability,
  processor: multipliesBfloat16,
  // Its kernels are the only ones on a CPU that have this gradient.
  oneDnn: hasDilatedGradient,
};

/**
 * Whether TensorFlow's device computes faster in bfloat16 than in float32: cards from compute capability 8.0 on, and
 * processors that multiply bfloat16 themselves, if oneDNN is on.
 */
export function hasFastBfloat16({ onGpu, capability, processor, oneDnn }: Circumstances = here): boolean {
  if (onGpu()) return (capability() ?? 0) >= firstWithBfloat16;
  return processor() && oneDnn();
}
