/** The page's head: what to do, and with which network. */
import type { JSX } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { choices, chosen, chooseNetwork, compare } from '../state/networks';
import { openTab, route, type Tab, tabs } from '../state/route';
import { texts } from '../texts';
import { arrowStep } from './parts/arrows';
import { Icon } from './parts/icons';
import { slots } from './slots';

export function Header(): JSX.Element {
  return (
    <header class="page-head">
      <h1>{texts.title}</h1>
      <Tabs />
      {route.value.tab !== 'train' && <NetworkChoice />}
    </header>
  );
}

function Tabs(): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const offered = tabs.filter((tab): tab is Tab => tab === 'look' || slots[tab] !== undefined);
  const current = route.value.tab;
  const onKeyDown = (event: KeyboardEvent): void => {
    const [, step] = arrowStep(event.key) ?? [0, 0];
    if (step === 0) return;
    event.preventDefault();
    const next = offered[(offered.indexOf(current) + step + offered.length) % offered.length];
    openTab(next);
    list.current!.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={texts.tabsLabel} ref={list} onKeyDown={onKeyDown}>
      {offered.map((tab) => (
        <button
          key={tab}
          id={`tab-${tab}`}
          type="button"
          role="tab"
          aria-selected={tab === current}
          aria-controls="panel"
          tabIndex={tab === current ? 0 : -1}
          onClick={() => {
            openTab(tab);
          }}
        >
          {texts.tabs[tab]}
        </button>
      ))}
    </div>
  );
}

function NetworkChoice(): JSX.Element {
  const ids = chosen.value;
  if (ids.length === 0) return <p class="notice">{texts.networks.none}</p>;
  return (
    <div class="network-choice">
      {ids.map((id, place) => (
        <Choice key={place} place={place} id={id} />
      ))}
      {choices.value.length > 1 && (
        <button
          type="button"
          class={ids.length > 1 ? 'stop' : undefined}
          onClick={() => {
            compare(ids.length === 1);
          }}
        >
          {ids.length > 1 && <Icon name="close" />}
          <span>{ids.length > 1 ? texts.networks.single : texts.networks.compare}</span>
        </button>
      )}
    </div>
  );
}

function Choice({ place, id }: { readonly place: number; readonly id: string }): JSX.Element {
  const field = useId();
  return (
    <div class="choice">
      <label for={field}>{place === 0 ? texts.networks.label : texts.networks.second}</label>
      <select
        id={field}
        value={id}
        onChange={(event) => {
          chooseNetwork(place, event.currentTarget.value);
        }}
      >
        {choices.value.map((choice) => (
          <option key={choice.id} value={choice.id}>
            {texts.networks.option(choice.title, choice.facts)}
          </option>
        ))}
      </select>
    </div>
  );
}
