export {
  answersOf,
  calibration,
  type Answers,
  type Calibration,
  type CalibrationBin,
  type CalibrationOptions,
} from './calibration';
export {
  dominators,
  lessonResults,
  majority,
  meanProbabilities,
  missedByAll,
  neighbours,
  paretoFront,
  seededRow,
  seedNoise,
  type Pair,
  type PriceTag,
  type SeededResult,
} from './compare';
export { samplingError } from './noise';
export { bestOf, leadOf, pooledDeviation, sweepRows, type Lead, type SweepRow } from './points';
export {
  sweep,
  type Setting,
  type Sweep,
  type SweepCallbacks,
  type SweepOptions,
  type SweepPoint,
  type SweepProgress,
  type SweepRun,
  type TrainedSetting,
} from './sweep';
