/** The second tab: why the network says what it says of the picture. */
import type { JSX } from 'preact';
import { networkStates } from '../../state/networks';
import { explainedPlace } from '../../state/why/question';
import { texts } from '../../texts';
import { HeatMaps } from './heat';
import { Nearest } from './nearest';
import { Occlusion } from './occlusion';
import { Search } from './search';
import { Subject } from './subject';

export function Why(): JSX.Element {
  const state = networkStates[explainedPlace.value].value;
  if (state.status === 'loading') return <p class="waiting">{texts.networks.loading(state.title)}</p>;
  if (state.status === 'failed') return <p class="notice">{state.message}</p>;
  return (
    <div class="why">
      <Subject />
      <div class="explanations">
        <Occlusion />
        <HeatMaps />
        <Nearest />
        <Search />
      </div>
    </div>
  );
}
