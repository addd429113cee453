export { gatherReport, type GatherOptions, type Report } from './gather';
export { reportFile, reportLines, writeReport } from './write';
