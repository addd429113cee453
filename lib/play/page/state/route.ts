/** What the address holds: the tab, the networks, and further details, as `#look/lenet5+vgg16?picture=3&layer=conv1`. */
import { signal } from '@preact/signals';

export const tabs = ['look', 'why', 'train'] as const;

export type Tab = (typeof tabs)[number];

export interface Route {
  readonly tab: Tab;
  /** Ids of one or two networks; none for the page's choice. */
  readonly networks: readonly string[];
}

/** What else is looked at, by name. */
export type Details = Readonly<Partial<Record<string, string>>>;

export function parseRoute(hash: string): Route & { readonly details: Details } {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [tab, networks = ''] = path.split('/');
  const ids = networks.split('+').filter((id) => id !== '');
  return {
    tab: tabs.find((known) => known === tab) ?? 'look',
    networks: ids.slice(0, 2).map(decoded),
    details: Object.fromEntries(new URLSearchParams(query)),
  };
}

export function formatRoute({ tab, networks }: Route, details: Details = {}): string {
  const path = [tab, networks.map(encodeURIComponent).join('+')].filter((part) => part !== '').join('/');
  const query = new URLSearchParams();
  for (const [name, text] of Object.entries(details)) if (text !== undefined) query.set(name, text);
  const tail = query.toString();
  return `#${path}${tail && `?${tail}`}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const route = signal<Route>({ tab: 'look', networks: [] });

export function openTab(tab: Tab): void {
  route.value = { ...route.peek(), tab };
}

export function chooseNetworks(networks: readonly string[]): void {
  route.value = { ...route.peek(), networks };
}
