/** The first tab: the picture, what the networks say, and their layers. */
import type { JSX } from 'preact';
import { chosen, networks } from '../../state/networks';
import { settings } from '../../state/settings';
import { texts } from '../../texts';
import { Answer } from '../answer/answer';
import { EditTools } from '../image/edit-tools';
import { ImagePanel } from '../image/image';
import { Sources } from '../image/sources';
import { LayerPanel } from '../layer/layer';
import { NetworkPicture } from '../network/network';
import { Check } from '../parts/check';

export function Look(): JSX.Element {
  const places = chosen.value.map((_, place) => place);
  return (
    <div class="look">
      <div class="beside">
        <ImagePanel />
        <section class="handling" aria-label={texts.image.handling}>
          <Sources />
          <EditTools />
        </section>
      </div>
      <div class={`answers of-${places.length}`}>
        {places.map((place) => (
          <Answer key={place} place={place} />
        ))}
      </div>
      <section class="pictures-of-networks" aria-labelledby="network-title">
        <header>
          <h2 id="network-title">{texts.network.title}</h2>
          <p class="hint">{texts.network.hint}</p>
          <Legend />
          <Check on={settings.groupsLayers} label={texts.network.groups} />
        </header>
        {places.map((place) => (
          <OneNetwork key={place} place={place} isAlone={places.length === 1} />
        ))}
      </section>
      <LayerPanel />
    </div>
  );
}

function OneNetwork({
  place,
  isAlone,
}: {
  readonly place: number;
  readonly isAlone: boolean;
}): JSX.Element | null {
  const network = networks[place].value;
  if (!network) return null;
  return (
    <div class="one-network" data-place={place}>
      {!isAlone && <h3>{network.pack.title}</h3>}
      <NetworkPicture key={network.pack.id} place={place} network={network} />
    </div>
  );
}

/** What the colours of maps mean. */
function Legend(): JSX.Element {
  const [below, zero, above] = texts.network.legend;
  return (
    <p class="legend">
      <span>{below}</span>
      <i aria-hidden="true" />
      <span>{above}</span>
      <span class="spoken">{zero}</span>
    </p>
  );
}
