export { bench, type BenchOptions, type BenchResult, type Timing } from './bench';
export { Contender, contenders, type ContenderName } from './contender';
export { benchText, geometricMean, median, ratios, type Ratio } from './report';
