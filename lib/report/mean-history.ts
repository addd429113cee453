import type { History } from '../runs/history';

type Measure = 'loss' | 'penalty' | 'accuracy' | 'valLoss' | 'valPenalty' | 'valAccuracy';

/**
 * The mean history of runs that differ only in their seed, for as many epochs as all of them have.
 * @param name the network's name in figures
 */
export function meanHistory(name: string, histories: readonly History[]): History {
  const [first] = histories;
  const epochs = Math.min(...histories.map((history) => history.epochs.length));
  const rows = first.epochs.slice(0, epochs).map((row, i) => {
    const mean = (key: Measure): number | null => {
      const values = histories.map((history) => history.epochs[i][key] ?? null);
      return values.reduce<number | null>(
        (sum, value) => (sum === null || value === null ? null : sum + value / values.length),
        0,
      );
    };
    const [loss, accuracy] = [mean('loss') ?? NaN, mean('accuracy') ?? NaN];
    return {
      ...row,
      loss,
      // Unknown if one of the runs doesn't tell.
      penalty: mean('penalty') ?? undefined,
      accuracy,
      valLoss: mean('valLoss'),
      valPenalty: mean('valPenalty'),
      valAccuracy: mean('valAccuracy'),
    };
  });
  return { ...first, network: name, epochs: rows };
}
