import { setImmediate } from 'node:timers/promises';
import { Population, type Trainer } from '../graph';
import type { RunStatistics } from './engine';

/** Batch normalisation's statistics in a training graph that was compiled for them. */
export function graphStatistics(trainer: Trainer, batchSize: number): RunStatistics {
  return {
    names: [...new Set(trainer.statistics.map(({ name }) => name))],
    async reestimate(order, stopped) {
      const population = new Population(trainer.statistics);
      for (let from = 0; from < order.length; from += batchSize) {
        // Lets an interrupt arrive.
        await setImmediate();
        if (stopped()) return false;
        const batch = Int32Array.from(order.subarray(from, from + batchSize));
        population.add(trainer.batchStatistics(batch), batch.length);
      }
      trainer.setStatistics(population);
      return true;
    },
  };
}
