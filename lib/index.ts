/** What a notebook imports: `import { … } from '../lib'`. */
export { tf } from './runtime/tensorflow';
export { firstLines } from './runtime/text-file';
export * from './data';
export * from './models';
export * from './recipe';
export * from './runs';
export {
  customLoss,
  customMetric,
  customOptimizer,
  differentiableOps,
  gradientRuleOf,
  gradients,
  graph,
  graphFunction,
  lowers,
  type CustomOutput,
  type GraphFunction,
  type Lowering,
  type Operations,
} from './graph';
export * from './evaluate';
export * from './train';
export * from './lessons';
export * from './published';
export * from './study';
export * from './exchange';
export * from './inspect';
export * from './show';
export * from './events';
export { play, type PlayOptions } from './play';
