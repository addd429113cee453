export type { TrainingProgress, TrainCallbacks, TrainingPlan } from './callbacks';
export type { Engine, EngineRun, Measured, Steps, StepsResult, TrainingJob } from './engine';
export { evaluate, type EvaluateOptions, type Evaluation } from './evaluate';
export type { Best, EpochRow, History, Recipe, Validation } from './history';
export { augmentedVersions } from './augmented';
export { classReports, confusionMatrix, type ClassReport } from './metrics';
export { graphEngine } from './graph-engine';
export { lessonResult, type LessonResult } from './lesson-result';
export { lessonRun, type LessonRun } from './lesson-run';
export { mistakes } from './mistakes';
export { nearestNeighbours, type NearestNeighbours } from './nearest-neighbours';
export {
  profileFor,
  profiles,
  seedsFor,
  type NetworkProfile,
  type Profile,
  type ProfileName,
} from './profiles';
export { readRuns, type ReadRunsOptions, type RunRecord } from './read-runs';
export { networkResult, type NetworkResult } from './result';
export { keptAccuracy, results, spreadOf, type Result, type Spread } from './results';
export type { RunStudy } from './run-files';
export type { RunOptions } from './run-folder';
export { evaluateTenCrop, type TenCropResult } from './ten-crop';
export { tfjsEngine } from './tfjs-engine';
export { train, type TrainOptions } from './train';
