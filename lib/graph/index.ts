export { Augmenter, type AugmenterOptions } from './augmenter';
export { Population } from './batch-statistics';
export type { ImageShape } from './input';
export { NotLowered } from './not-lowered';
export { lowers, type Lowering, type LowerLayer } from './layers';
export type { SessionOptions } from './session-options';
export { Trainer, type Examples, type Measurement, type Totals, type TrainerOptions } from './trainer';
