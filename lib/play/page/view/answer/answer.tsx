/** What a network says: a bar for each class, and the answer in words. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { lookErrors, looks } from '../../state/looking';
import { networks, networkStates } from '../../state/networks';
import { source } from '../../state/picture';
import { texts } from '../../texts';
import { openLayer } from '../../state/selection';

export function Answer({ place }: { readonly place: number }): JSX.Element {
  const state = networkStates[place].value;
  const error = lookErrors[place].value;
  if (state.status === 'loading') return <p class="waiting">{texts.networks.loading(state.title)}</p>;
  if (state.status === 'failed') return <p class="notice">{state.message}</p>;
  if (error !== null) return <p class="notice">{error}</p>;
  return <Bars place={place} />;
}

function Bars({ place }: { readonly place: number }): JSX.Element {
  const network = networks[place].value;
  const probabilities = looks[place].value?.probabilities;
  const classNames = network?.pack.classNames ?? [];
  const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
  const truth = source.value.label;
  const answer = probabilities && best >= 0 ? texts.answer.spoken(classNames[best], probabilities[best]) : '';
  return (
    <div class="answer">
      <h2>
        {network?.pack.title}
        <span class="verdict">{answer}</span>
      </h2>
      <ul class="bars" aria-label={texts.answer.bars}>
        {classNames.map((name, i) => (
          <li key={name} class={i === best ? 'best' : undefined} data-class={name}>
            <span class="class">
              {name}
              {name === truth && <abbr title={texts.answer.truth}>✓</abbr>}
            </span>
            <span class="bar" aria-hidden="true">
              <i style={{ transform: `scaleX(${probabilities?.[i] ?? 0})` }} />
            </span>
            <span class="share" data-probability={probabilities?.[i]}>
              {probabilities ? texts.answer.percent(probabilities[i]) : ''}
            </span>
          </li>
        ))}
      </ul>
      <Facts place={place} />
      <Spoken place={place} answer={answer} />
    </div>
  );
}

function Facts({ place }: { readonly place: number }): JSX.Element | null {
  const network = networks[place].value;
  if (!network) return null;
  const { facts } = network.pack;
  const parameters = network.layers.reduce((sum, layer) => sum + layer.parameters, 0);
  const last = network.layers[network.layers.length - 1];
  return (
    <p class="hint">
      {texts.networks.facts(parameters, facts)}{' '}
      <button
        type="button"
        class="link"
        onClick={() => {
          openLayer(place, last.name);
        }}
      >
        {texts.answer.how}
      </button>
    </p>
  );
}

/** Said by screen readers once the answer has stayed the same for a moment, not at each step of a drag. */
function Spoken({ place, answer }: { readonly place: number; readonly answer: string }): JSX.Element {
  const said = useSignal('');
  useEffect(() => {
    const timer = setTimeout(() => {
      said.value = answer;
    }, 400);
    return () => {
      clearTimeout(timer);
    };
  }, [answer]);
  return (
    <p class="spoken" aria-live="polite" data-answer={place}>
      {said.value}
    </p>
  );
}
