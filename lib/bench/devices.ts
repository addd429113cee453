/** Which device trains small networks faster. This loads no TensorFlow, so that doctor works where that is broken. */
import type { Probe } from '../runtime/device';
import { stepsFor } from './bench';
import { Contender } from './contender';
import { own } from './contenders';
import { onCpu } from './line-up';
import { median } from './statistics';

/** Milliseconds of one training step of Baseline, batch 32. */
export interface StepTimes {
  readonly gpu: number;
  readonly cpu: number;
}

/** Times the step in a process of its own, with `env` on top of the environment. */
async function timeStep(env: NodeJS.ProcessEnv): Promise<number> {
  const contender = new Contender(own, env);
  try {
    await contender.prepare({ network: 'baseline', batch: 32, precision: 'float32' });
    const steps = await stepsFor(contender, 0.5);
    const times: number[] = [];
    for (let i = 0; i < 3; i++) times.push((1000 * (await contender.train(steps)).seconds) / steps);
    return median(times);
  } finally {
    contender.end();
  }
}

/**
 * How long a step of a small network takes on the GPU and on the CPU; undefined without a GPU.
 * @throws UserError if training fails
 */
export async function compareDevices(
  { device }: Pick<Probe, 'device'>,
  time: (env: NodeJS.ProcessEnv) => Promise<number> = timeStep,
): Promise<StepTimes | undefined> {
  if (device !== 'GPU') return undefined;
  return { gpu: await time({}), cpu: await time(onCpu) };
}

export function describeStepTimes({ gpu, cpu }: StepTimes): string {
  const [faster, factor] = gpu <= cpu ? ['GPU', cpu / gpu] : ['CPU', gpu / cpu];
  const how = faster === 'CPU' ? '; to train there, set CUDA_VISIBLE_DEVICES to an empty text' : '';
  return (
    `Baseline, batch 32: ${gpu.toFixed(2)} ms on the GPU, ${cpu.toFixed(2)} ms on the CPU; ` +
    `small networks train ${factor.toFixed(1)} times faster on the ${faster}${how}`
  );
}
