export {
  lessonResults,
  majority,
  missedByAll,
  neighbours,
  paretoFront,
  seededRow,
  seedNoise,
  type Pair,
  type SeededResult,
} from './compare';
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
