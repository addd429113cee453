/** What NVIDIA's driver says of the cards, through the tool that comes with it. */
import { spawnSync } from 'node:child_process';

/**
 * The compute capability of this machine's cards, such as 8.6. If they differ, the lowest, since CUDA may number them in
 * another order than the driver.
 * @param env in whose PATH nvidia-smi is looked for
 * @returns null if there is no card, or the driver is too old to say
 */
export function computeCapability(env: NodeJS.ProcessEnv = process.env): number | null {
  const query = ['--query-gpu=compute_cap', '--format=csv,noheader'];
  const { status, stdout } = spawnSync('nvidia-smi', query, { env, encoding: 'utf8', timeout: 20_000 });
  if (status !== 0) return null;
  const found = stdout.split('\n').map((line) => line.trim());
  const cards = found
    .filter((line) => line !== '')
    .map((line) => (/^\d+\.\d+$/.test(line) ? Number(line) : NaN));
  const lowest = Math.min(...cards);
  return Number.isFinite(lowest) ? lowest : null;
}
