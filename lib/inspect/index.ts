/** Looks inside a network: its filters, what they respond to, and which pixels its prediction depends on. */
export { classActivation, saliency, type Attention, type AttentionOptions } from './attention';
export { gradientNorms, type GradientNorms, type LayerGradient } from './gradient-norms';
export type { ImageChoice } from './image';
export { featureMaps, firstFilters, type Maps } from './maps';
export { classScores, headOf, type Head } from './scores';
export { signalScales, type LayerScale, type SignalOptions, type SignalScales } from './signal';
export { evaluateWithout } from './without';
export { lossAlong, type LossAlong, type PathOptions, type PathPoint } from './loss-along';
export { optimisePictures, type OptimisedPictures, type PictureSearch } from './optimise-pictures';
export { logitsOf, mapsOf, type OfPixels } from './pixels';
