export { evaluate, type EvaluateCallbacks, type EvaluateOptions, type EvaluationSubject } from './evaluate';
export { classReports, confusionMatrix } from './metrics';
export { mistakes } from './mistakes';
export { nearestNeighbours, type NearestNeighbours } from './nearest-neighbours';
export { probabilities, type ProbabilitiesOptions } from './probabilities';
export { tenCrops, type View, type Views, viewsNames, type ViewsName } from './views';
