/** What the address holds: the tab and the networks, as `#look/lenet5-best-seed1+vgg16-best-seed1`. */
import { effect, signal } from '@preact/signals';

export const tabs = ['look', 'why', 'train'] as const;

export type Tab = (typeof tabs)[number];

interface Route {
  readonly tab: Tab;
  /** Ids of one or two networks; none for the page's choice. */
  readonly networks: readonly string[];
}

export function parseRoute(hash: string): Route {
  const [tab, networks = ''] = hash.replace(/^#\/?/, '').split('/');
  const ids = networks.split('+').filter((id) => id !== '');
  return {
    tab: tabs.find((known) => known === tab) ?? 'look',
    networks: ids.slice(0, 2).map(decoded),
  };
}

export function formatRoute({ tab, networks }: Route): string {
  return `#${[tab, networks.map(encodeURIComponent).join('+')].filter((part) => part !== '').join('/')}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const route = signal<Route>({ tab: 'look', networks: [] });

/** Follows the address, and keeps it in step with what is chosen. */
export function followAddress(): void {
  const read = (): void => {
    const next = parseRoute(location.hash);
    if (formatRoute(next) !== formatRoute(route.peek())) route.value = next;
  };
  read();
  addEventListener('hashchange', read);
  let tab = route.peek().tab;
  effect(() => {
    const hash = formatRoute(route.value);
    if (hash === location.hash) return;
    try {
      // Going back returns to the tab before; a choice of networks is no place to return to.
      if (route.value.tab === tab) history.replaceState(null, '', hash);
      else history.pushState(null, '', hash);
    } catch {
      // A frame without an address of its own.
    }
    tab = route.value.tab;
  });
}

export function openTab(tab: Tab): void {
  route.value = { ...route.peek(), tab };
}

export function chooseNetworks(networks: readonly string[]): void {
  route.value = { ...route.peek(), networks };
}
