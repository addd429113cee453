export type { ClassReport, Evaluation, Measured, StoredEvaluation } from './evaluation';
export type { Best, EpochRow, Extension, History, Recipe, Validation } from './history';
export { readRuns, type ReadRunsOptions, type RunRecord } from './read-runs';
export { keptAccuracy, results, spreadOf, type Result, type Spread } from './results';
export type { RunStudy, TestFile } from './run-files';
export type { RunOptions } from './run-folder';
export type { StepsResult } from './state';
