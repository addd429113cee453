/** The networks that are looked at: one, or two side by side on the same picture. */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { NetworkPack, Offer } from '../../pack';
import { bytesFrom, startEngine } from '../engine';
import type { BackendName, Engine, LoadedNetwork } from '../engine/types';
import { packs } from '../packs';
import { messageOf } from './errors';
import { prepareFor } from './picture';
import { chooseNetworks, route } from './route';

export type NetworkState =
  | { readonly status: 'empty' }
  | { readonly status: 'loading'; readonly title: string }
  | { readonly status: 'ready'; readonly network: LoadedNetwork }
  | { readonly status: 'failed'; readonly message: string };

/** What there is to choose from: a pack's id and title. */
export type Choice = Pick<Offer, 'id' | 'title' | 'facts'>;

const added = signal<readonly NetworkPack[]>([]);
const offered = signal<readonly Choice[]>([]);

/** The networks of the page, then those that were trained in it. */
export const choices = computed<readonly Choice[]>(() => {
  const own = added.value;
  return [...offered.value.filter(({ id }) => own.every((pack) => pack.id !== id)), ...own];
});

/** Ids of the one or two networks that are looked at. */
export const chosen = computed<readonly string[]>(() => {
  const known = route.value.networks.filter((id) => choices.value.some((choice) => choice.id === id));
  return known.length > 0 ? known : choices.value.slice(0, 1).map(({ id }) => id);
});

/** What computes; null before the engine has started. */
export const backend = signal<BackendName | null>(null);

const states = [
  signal<NetworkState>({ status: 'empty' }),
  signal<NetworkState>({ status: 'empty' }),
] as const;

/** The states of the first and the second network. */
export const networkStates: readonly ReadonlySignal<NetworkState>[] = states;

/** The first and the second network, once they are loaded. */
export const networks: readonly ReadonlySignal<LoadedNetwork | null>[] = states.map((state) =>
  computed(() => (state.value.status === 'ready' ? state.value.network : null)),
);

export function titleOf(id: string): string {
  return choices.peek().find((choice) => choice.id === id)?.title ?? id;
}

/** Adds a network that was made in the page, or replaces the one of the same id. */
export function addNetwork(pack: NetworkPack): void {
  loading.delete(pack.id);
  added.value = [...added.peek().filter(({ id }) => id !== pack.id), pack];
}

/** Puts a network into the first or the second place. */
export function chooseNetwork(place: number, id: string): void {
  const next = [...chosen.peek()];
  next[place] = id;
  chooseNetworks(next);
}

/** Looks at a second network beside the first, or no longer. */
export function compare(isWanted: boolean): void {
  const [first] = chosen.peek();
  const other = choices.peek().find(({ id }) => id !== first);
  chooseNetworks(isWanted && other ? [first, other.id] : [first]);
}

let engine: Promise<Engine> | undefined;

/** The engine, which starts when it is first asked for. */
export function theEngine(): Promise<Engine> {
  engine ??= startEngine({
    asked: new URLSearchParams(location.search).get('backend'),
    program: async () => bytesFrom((await packs.program()).wasm),
  }).then((started) => {
    backend.value = started.backend;
    return started;
  });
  return engine;
}

const loading = new Map<string, Promise<LoadedNetwork>>();

function load(id: string): Promise<LoadedNetwork> {
  const known = loading.get(id) ?? loadAnew(id);
  loading.set(id, known);
  known.catch(() => loading.delete(id));
  return known;
}

async function loadAnew(id: string): Promise<LoadedNetwork> {
  const own = added.peek().find((pack) => pack.id === id);
  const [started, pack] = await Promise.all([theEngine(), own ?? packs.network(id)]);
  return started.load(pack);
}

/** Loads what is chosen, from now on. */
export function followChoice(): void {
  offered.value = packs.offers('network');
  for (const place of states.keys()) {
    effect(() => {
      const id = chosen.value.at(place);
      // A network that was trained further is another one of the same id.
      const own = added.value.find((pack) => pack.id === id);
      void show(place, id, own);
    });
  }
  effect(() => {
    const first = networks[0].value;
    if (first) prepareFor(first.pack.imageShape);
  });
}

/** What each place waits for. */
const wanted: (Promise<LoadedNetwork> | undefined)[] = [];

async function show(place: number, id: string | undefined, own: NetworkPack | undefined): Promise<void> {
  const state = states[place];
  if (id === undefined) {
    wanted[place] = undefined;
    state.value = { status: 'empty' };
    return;
  }
  const current = state.peek();
  const pack = current.status === 'ready' ? current.network.pack : undefined;
  if (pack?.id === id && (own === undefined || own === pack)) return;
  const asked = load(id);
  wanted[place] = asked;
  const title = own?.title ?? titleOf(id);
  state.value = { status: 'loading', title };
  const next = await asked.then(
    (network): NetworkState => ({ status: 'ready', network }),
    (error: unknown): NetworkState => ({ status: 'failed', message: messageOf(error) }),
  );
  // Another may have been chosen meanwhile.
  if (wanted[place] === asked) state.value = next;
}
