/** Metrics that a recipe adds to accuracy and top-5 accuracy. */
import { check } from '../runtime/check';
import { customRanges, type CustomPart } from './custom';
import { checkRanges } from './ranges';

/** A user's own metric, made by `customMetric`. */
export type CustomMetric = CustomPart;

/** @throws UserError that names the first metric that is none, or whose name another one has */
export function checkMetrics(metrics: readonly CustomMetric[]): readonly CustomMetric[] {
  check(Array.isArray(metrics), 'metrics', metrics, 'a list of what customMetric returns');
  const names = new Set<string>();
  metrics.forEach((metric, i) => {
    checkRanges(`metrics[${i}]`, metric, customRanges);
    const { name } = metric;
    check(!names.has(name), `metrics[${i}].name`, name, 'a name that no other metric has');
    names.add(name);
  });
  return metrics;
}
