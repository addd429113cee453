export type { TrainingProgress, TrainCallbacks, TrainingPlan } from './callbacks';
export type { Engine, EngineRun, Measured, Steps, StepsResult, TrainingJob } from './engine';
export { evaluate, type EvaluateOptions, type Evaluation } from './evaluate';
export type { EpochRow, History, Recipe, Validation } from './history';
export { classReports, confusionMatrix, type ClassReport } from './metrics';
export { graphEngine } from './graph-engine';
export { profiles, type Profile, type ProfileName } from './profiles';
export { tfjsEngine } from './tfjs-engine';
export { train, type TrainOptions } from './train';
