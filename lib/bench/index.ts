export { engineIn } from './against';
export { bench, inTurn, type BenchOptions, type BenchResult, type Timing } from './bench';
export { check, hasLearnt, type CheckResult } from './check';
export { Contender, type ContenderInfo } from './contender';
export { benchDir, benchPackages, contenderNamed, contenders, own } from './contenders';
export { compareDevices, describeStepTimes, type StepTimes } from './devices';
export { lineUp } from './line-up';
export { benchText, checkText, geometricMean, meanRatios, median, ratios, type Ratio } from './report';
