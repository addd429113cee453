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
} from './sweep';
