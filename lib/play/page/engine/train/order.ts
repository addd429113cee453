import { Random } from '../../../../data/random';

/** Which stream of a seed's random numbers orders the pictures, and which makes dropout's masks. */
const stream = { order: 1, dropout: 2 } as const;

/** The pictures in the order of one pass over them: all positions below `count`, shuffled. */
export function orderOf(count: number, seed: number, epoch: number): Uint32Array {
  return new Random(seed, stream.order, epoch).shuffle(Uint32Array.from({ length: count }, (_, i) => i));
}

/** For the dropout layers of one step. */
export function dropoutSeeds(seed: number, step: number): Random {
  return new Random(seed, stream.dropout, step);
}
