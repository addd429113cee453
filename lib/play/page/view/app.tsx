import type { JSX } from 'preact';
import { backend } from '../state/networks';
import { route } from '../state/route';
import { texts } from '../texts';
import { DropTarget } from './image/drop';
import { Header } from './header';
import { Look } from './look/look';
import { slots } from './slots';

/** Everything that the page shows. */
export function App(): JSX.Element {
  const { tab } = route.value;
  const Slot = tab === 'look' ? undefined : slots[tab];
  return (
    <>
      <Header />
      <main>
        <div id="panel" role="tabpanel" tabIndex={-1} aria-labelledby={`tab-${tab}`}>
          {Slot ? <Slot /> : <Look />}
        </div>
      </main>
      <footer>
        <p class="hint">{backend.value && texts.runsOn(backend.value)}</p>
      </footer>
      <DropTarget />
    </>
  );
}
