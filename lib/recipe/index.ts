/** The settings of a training as plain data: engines read them, runs record them, nothing here computes. */
export {
  checkAugmentation,
  mixesImages,
  noAugmentation,
  standardAugmentation,
  type Augmentation,
} from './augmentation';
export { checkRecipe } from './check';
export {
  crossEntropy,
  meanSquaredError,
  type BuiltInLoss,
  type CrossEntropy,
  type CustomLoss,
  type Loss,
  type MeanSquaredError,
} from './losses';
export { describeAugmentation, describeRecipe, type Described } from './describe';
export { completed } from './earlier';
export type { CustomPart, CustomSettings } from './custom';
export type { CustomMetric } from './metrics';
export type { Normalisation } from './normalisation';
export {
  adadelta,
  adagrad,
  adam,
  adamW,
  lion,
  muon,
  rmsprop,
  sgd,
  type Adadelta,
  type Adagrad,
  type Adam,
  type BuiltInOptimizer,
  type CustomOptimizer,
  type Lion,
  type Muon,
  type MuonDescent,
  type Optimizer,
  type RmsProp,
  type Sgd,
} from './optimizers';
export { checkPrecisionChoice, choosePrecision, type Precision, type PrecisionChoice } from './precision';
export {
  begunEpochs,
  earlyStopping,
  stepsIn,
  type EarlyStopping,
  type Recipe,
  type Validation,
} from './recipe';
export { checkResizing, sideInEpoch, sidesOf, type ResizingStage } from './resizing';
export type { NamedRecipe, RecipeNetwork } from './named-recipe';
export { networkOptionsFor, recipe, recipeNames, recipeNamesFor, type RecipeName } from './recipes';
export {
  constant,
  cosine,
  cosineRestarts,
  linear,
  needsValidation,
  oneCycle,
  rateFactor,
  reduceOnPlateau,
  stepDecay,
  warmUp,
  type Constant,
  type Cosine,
  type CosineRestarts,
  type Linear,
  type OneCycle,
  type Plateau,
  type Position,
  type Schedule,
  type StepDecay,
  type WarmUp,
} from './schedules';
export { preciseStatistics, type PreciseStatistics } from './statistics';
export {
  averageSlot,
  type Ema,
  type FallingShare,
  type LayerSettings,
  type Lookahead,
  type UpdateSettings,
} from './update-settings';
export { whitening, type Whitening } from './whitening';
