export { engineIn } from './against';
export { bench, inTurn, type BenchOptions, type BenchResult, type Timing } from './bench';
export { check, hasLearnt, type CheckResult } from './check';
export { Contender, type ContenderInfo } from './contender';
export { benchDir, benchPackages, contenderNamed, contenders, own } from './contenders';
export { lineUp } from './line-up';
export { benchText, checkText, meanRatios, ratios, type Ratio } from './report';
export { geometricMean, median } from './statistics';
