import type { Engine } from '../../lib/train';
import type { Steps } from '../../lib/train/engine';

/**
 * The engine, one step a call, so that an interrupt can be placed between any two.
 * @param onStep called before each step
 */
export function stepwise(engine: Engine, onStep: (steps: Steps) => void = () => undefined): Engine {
  return {
    name: engine.name,
    async start(job) {
      const run = await engine.start(job);
      const { batchSize } = job;
      return {
        ...run,
        async train({ order, firstStep, ...steps }, onSteps) {
          const go = { on: true };
          for (let from = 0, i = 0; from < order.length && go.on; from += batchSize, i++) {
            const one = {
              order: order.subarray(from, from + batchSize),
              firstStep: firstStep + i,
              ...steps,
            };
            onStep(one);
            await run.train(one, async (result) => (go.on = await onSteps(result)));
          }
        },
      };
    },
  };
}
