export { Augmenter, type AugmenterImages, type AugmenterOptions } from './augmenter';
export { Population } from './batch-statistics';
export {
  lowers,
  customLayersOf,
  type LayerClass,
  type LowerCustomLayer,
  type LowersOptions,
} from './custom/layer';
export {
  customLoss,
  customMetric,
  type CustomLossOptions,
  type CustomOutput,
  type PerImage,
} from './custom/loss';
export { CustomMeasures } from './custom/measures';
export {
  customOptimizer,
  type CustomOptimizerCode,
  type WeightState,
  type WeightUpdate,
} from './custom/optimizer';
export type { Operations, PartOptions } from './custom/part';
export type { ImageShape } from './input';
export { differentiableOps, ruleOf as gradientRuleOf } from './gradient-rules';
export { gradients } from './gradients';
export { graphFunction, type GraphFunction, type InputType } from './graph-function';
export { NotLowered } from './not-lowered';
export type { Lowering } from './layers';
export * as graph from './operations';
export { describeTrainingGraph, type DescribedGraph } from './describe';
export type { Examples } from './examples';
export type { SessionOptions } from './session-options';
export type { Measurement, Totals } from './results';
export { Trainer, type TrainerOptions } from './trainer';
