/** Sets the page's state going. */
import { effect } from '@preact/signals';
import { followAddress } from './address';
import { details, restore } from './details';
import { keepLooking } from './looking';
import { followChoice, networks, networkStates } from './networks';
import { loadTestPictures } from './pictures';
import { keepValid } from './selection';

export function start(): void {
  followAddress(details, restore);
  followChoice();
  keepLooking();
  for (const [place, state] of networkStates.entries()) {
    effect(() => {
      if (state.value.status !== 'loading') keepValid(place, networks[place].peek());
    });
  }
  // A page may come without pictures: the sheet to draw on is there.
  void loadTestPictures().catch(() => undefined);
}
