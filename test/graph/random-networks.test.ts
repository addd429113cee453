/** A property: whatever the network, the graph engine's loss, gradients and statistics are those of tfjs. */
import { test } from 'node:test';
import { compareWithTfjs } from './eager-step';
import { randomNetwork } from './random-network';

/** RANDOM_NETWORKS=1000 looks longer. */
const networks = Number(process.env.RANDOM_NETWORKS ?? 100);
const perTest = 25;

for (let first = 1; first <= networks; first += perTest) {
  test(`random networks ${first} to ${first + perTest - 1}`, async () => {
    for (let seed = first; seed < first + perTest; seed++) await compareWithTfjs(randomNetwork(seed), seed);
  });
}
