import type { EpochRow, History } from '../runs/history';

/**
 * The mean history of runs that differ only in their seed, for as many epochs as all of them have.
 * @param name the network's name in figures
 */
export function meanHistory(name: string, histories: readonly History[]): History {
  const [first] = histories;
  const epochs = Math.min(...histories.map((history) => history.epochs.length));
  const rows = first.epochs.slice(0, epochs).map((row, i) => {
    const mean = (key: 'loss' | 'accuracy' | 'valLoss' | 'valAccuracy'): number | null => {
      const values = histories.map((history): EpochRow[typeof key] => history.epochs[i][key]);
      return values.reduce(
        (sum, value) => (sum === null || value === null ? null : sum + value / values.length),
        0,
      );
    };
    const [loss, accuracy] = [mean('loss') ?? NaN, mean('accuracy') ?? NaN];
    return { ...row, loss, accuracy, valLoss: mean('valLoss'), valAccuracy: mean('valAccuracy') };
  });
  return { ...first, network: name, epochs: rows };
}
