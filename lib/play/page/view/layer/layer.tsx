/** A layer that was opened: what it does, all of its maps, and one of them in the inspector. */
import { batch } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { LayerInfo, LoadedNetwork } from '../../engine/types';
import { networks } from '../../state/networks';
import { close, openUnit, selectedLayer, selectedUnit } from '../../state/selection';
import { settings } from '../../state/settings';
import { texts } from '../../texts';
import { Inspector } from '../inspector/inspector';
import { groupsOf } from '../network/groups';
import { Check } from '../parts/check';
import { goTo } from '../parts/focus';
import { Icon } from '../parts/icons';
import { ownActivation, sentenceOn, shapeText, shortName } from './describe';
import { Maps } from './maps';

export function LayerPanel(): JSX.Element | null {
  const selected = selectedLayer.value;
  const network = selected ? networks[selected.place].value : null;
  const layer = network?.layers.find(({ name }) => name === selected?.layer);
  if (!selected || !network || !layer) return null;
  return <Opened place={selected.place} network={network} layer={layer} />;
}

interface OpenedProps {
  readonly place: number;
  readonly network: LoadedNetwork;
  readonly layer: LayerInfo;
}

function Opened({ place, network, layer }: OpenedProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  const group = groupsOf(network.layers, true).find(({ layers }) => layers.includes(layer))!;
  const unit = selectedUnit.value;
  // What was opened is where the reader goes on, with the keyboard, too.
  useEffect(() => {
    if (selectedUnit.peek() === null) goTo(heading.current!);
  }, [place, group.id]);
  const activation = ownActivation(layer);
  return (
    <section
      class="layer"
      aria-labelledby="layer-title"
      onKeyDown={(event) => {
        if (event.key === 'Escape') leave(place, group.id);
      }}
    >
      <header>
        <div>
          <h2 id="layer-title" ref={heading} tabIndex={-1}>
            {shortName(layer)}
            {activation === null ? '' : ` · ${activation}`} <small>{layer.name}</small>
          </h2>
          <p class="hint">
            {shapeText(layer)}
            {texts.layers.parameters(layer.parameters)}
            {networks[1].value && ` · ${network.pack.title}`}
          </p>
        </div>
        {group.layers.length > 1 && (
          <div class="buttons steps" role="group" aria-label={texts.layers.choose}>
            {group.layers.map((each) => (
              <button
                key={each.name}
                type="button"
                aria-pressed={each === layer}
                onClick={() => {
                  batch(() => {
                    selectedLayer.value = { place, layer: each.name };
                  });
                }}
              >
                {shortName(each)}
              </button>
            ))}
          </div>
        )}
        <button
          type="button"
          class="round"
          aria-label={texts.layers.close}
          onClick={() => {
            leave(place, group.id);
          }}
        >
          <Icon name="close" />
        </button>
      </header>
      {sentenceOn(layer) && <p class="sentence">{sentenceOn(layer)}</p>}
      <Maps
        key={layer.name}
        {...{ place, layer }}
        chosen={unit?.channel ?? null}
        onOpen={(channel, y, x) => {
          openUnit(place, layer.name, { channel, y, x });
        }}
      />
      {layer.outputShape.length === 3 && <Check on={settings.sharesScale} label={texts.layers.sharedScale} />}
      {unit && <Inspector {...{ place, network, layer, unit }} />}
    </section>
  );
}

/** Back to the box that was opened. */
function leave(place: number, group: string): void {
  close();
  const picture = document.querySelector(`[data-place="${place}"]`);
  const boxes = [...(picture?.querySelectorAll<HTMLElement>('[data-group]') ?? [])];
  boxes.find(({ dataset }) => dataset['group'] === group)?.focus();
}
