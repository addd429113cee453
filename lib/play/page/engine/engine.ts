/** tfjs in the page: starts a backend, and loads networks. */
import './operations';
import type { NetworkPack } from '../../pack';
import { startBackend, type BackendChoice } from './backend/choose';
import { Network } from './network/network';
import { tf } from './tf';
import type { BackendName, Engine, LoadedNetwork } from './types';

/** @throws Error with a sentence for the reader if nothing here can compute */
export async function startEngine(choice: BackendChoice): Promise<Engine> {
  tf.enableProdMode();
  return new PageEngine(await startBackend(choice));
}

class PageEngine implements Engine {
  constructor(readonly backend: BackendName) {}

  load(pack: NetworkPack): Promise<LoadedNetwork> {
    return Network.load(pack);
  }
}
