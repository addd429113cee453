export type { TrainingProgress, TrainCallbacks, TrainingPlan } from './callbacks';
export type { TrainingControl } from './control';
export type { Engine, EngineRun, Steps, TrainingJob } from './engine';
export { augmentedVersions } from './augmented';
export { findLearningRate, type LearningRateOptions, type LearningRateSearch } from './find-learning-rate';
export { graphEngine } from './graph-engine';
export { tfjsEngine } from './tfjs-engine';
export { train, type TrainOptions } from './train';
export { whiten, type WhitenOptions } from './whiten';
