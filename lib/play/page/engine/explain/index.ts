/** Why a network says what it says; the types tell what each function measures. */
export { averageBeforeClassifier, classActivation } from './class-activation';
export { indexFeatures } from './nearest';
export { occlusion } from './occlusion';
export { Pace } from './pace';
export { saliency } from './saliency';
export { searchInput } from './search-input';
