export { knowsClasses, showAtWork } from './at-work';
export { accuracyOverSeeds, recallFigure } from './across';
export { reliabilityFigure, type NamedCalibration, type ReliabilityOptions } from './calibration';
export {
  accuracyAgainstCost,
  classBars,
  comparisonTable,
  costDots,
  showComparison,
  type Cost,
} from './comparison';
export { confusionFigure, type Confusion } from './confusion';
export { labelled, trainingCurves, type CurvesOptions } from './curves';
export { dfd } from './danfo';
export { networkDiagram } from './diagram';
export type { Figure } from './figure';
export { duration, fixed, percent, short, whole } from './format';
export { gradientFigure, signalFigure } from './gradients';
export { accuracyByImages } from './images-seen';
export { pictureOf, showImages, type ImageGridOptions } from './images';
export {
  showClassActivation,
  showFeatureMaps,
  showFilters,
  showSaliency,
  type AttentionGridOptions,
  type MapsOptions,
} from './inside';
export { learningRateCurve } from './learning-rate';
export type { NamedLine } from './line-trace';
export { lineFigure, lossAlongFigure, type LineAxes } from './lines';
export { liveCurves } from './live-curves';
export { appearances } from './palette';
export { picturesOf } from './pixel-pictures';
export { showPictures, type Picture, type PictureGridOptions } from './pictures';
export { liveProgress } from './progress';
export { showPublished } from './published';
export {
  quiz,
  seal,
  type ChoiceQuestion,
  type OpenQuestion,
  type QuizAnswer,
  type SealedAnswer,
} from './quiz';
export { showResults } from './results';
export { show } from './show';
export { showSummary } from './summary';
export { liveSweep, sweepCurves, sweepFigure, sweepTable } from './sweep';
export { showTable, type TableOptions } from './table';
