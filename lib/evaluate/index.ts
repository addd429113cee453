export { evaluate, type EvaluateOptions } from './evaluate';
export { classReports, confusionMatrix } from './metrics';
export { mistakes } from './mistakes';
export { nearestNeighbours, type NearestNeighbours } from './nearest-neighbours';
export { evaluateTenCrop, type TenCropResult } from './ten-crop';
