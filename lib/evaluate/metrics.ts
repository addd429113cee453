import type { ClassReport } from '../runs/evaluation';

/**
 * Counts how often each class was predicted for each true class.
 * @returns rows for the true class, columns for the predicted one
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) counts[labels[i]][predictions[i]]++;
  return counts;
}

export function classReports(
  confusion: readonly (readonly number[])[],
  names: readonly string[],
): ClassReport[] {
  return names.map((name, own) => {
    const hits = confusion[own][own];
    const images = confusion[own].reduce((total, count) => total + count, 0);
    const called = confusion.reduce((total, row) => total + row[own], 0);
    return {
      name,
      precision: hits / called,
      recall: hits / images,
      f1: (2 * hits) / (called + images),
      images,
    };
  });
}
