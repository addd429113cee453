/** Keeps the page's address and its state in step. */
import { effect, type ReadonlySignal } from '@preact/signals';
import { type Details, formatRoute, parseRoute, route, type Route } from './route';

/** Milliseconds for which details stay the same before they are written: browsers refuse an address for each step of a drag. */
const settled = 300;

/**
 * Follows the address, and keeps it in step with what is chosen.
 * @param restore goes back to the details that an address names
 */
export function followAddress(details: ReadonlySignal<Details>, restore: (details: Details) => void): void {
  const read = (): void => {
    const { details: found, ...next } = parseRoute(location.hash);
    if (formatRoute(next) !== formatRoute(route.peek())) route.value = next;
    restore(found);
  };
  read();
  addEventListener('hashchange', read);
  let { tab } = route.peek();
  const write = (now: Route, more: Details): void => {
    const hash = formatRoute(now, more);
    if (hash !== location.hash) {
      try {
        // Going back returns to the tab before; a choice of networks is no place to return to.
        if (now.tab === tab) history.replaceState(null, '', hash);
        else history.pushState(null, '', hash);
      } catch {
        // A frame without an address of its own.
      }
    }
    ({ tab } = now);
  };
  effect(() => {
    write(route.value, details.peek());
  });
  effect(() => {
    const more = details.value;
    const timer = setTimeout(() => {
      write(route.peek(), more);
    }, settled);
    return () => {
      clearTimeout(timer);
    };
  });
}
