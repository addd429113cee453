/** Looks inside a network: what its filters look like, what they find, what its answer hangs on. */
export { classActivation, saliency, type Attention, type AttentionOptions } from './attention';
export { gradientNorms, type GradientNorms, type LayerGradient } from './gradient-norms';
export type { ImageChoice } from './image';
export { featureMaps, firstFilters, type Maps } from './maps';
export { classScores, headOf, type Head } from './scores';
export { signalScales, type LayerScale, type SignalOptions, type SignalScales } from './signal';
export { evaluateWithout } from './without';
