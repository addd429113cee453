/** What a network says: a bar for each class, and the answer in words. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { bestOf } from '../../state/best';
import { lookErrors, looks } from '../../state/looking';
import { chosen, networks, networkStates } from '../../state/networks';
import { source } from '../../state/picture';
import { openUnit } from '../../state/selection';
import { explain } from '../../state/why/question';
import { texts } from '../../texts';
import { goToPanel } from '../parts/focus';

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
  const best = probabilities ? bestOf(probabilities) : -1;
  const truth = source.value.label;
  const answer = probabilities && best >= 0 ? texts.answer.spoken(classNames[best], probabilities[best]) : '';
  const isAlone = chosen.value.length === 1;
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
      {best >= 0 && <Questions place={place} best={best} answer={classNames[best]} />}
      <Facts place={place} />
      <Spoken
        place={place}
        answer={isAlone || answer === '' ? answer : `${network?.pack.title ?? ''}: ${answer}`}
      />
    </div>
  );
}

function Facts({ place }: { readonly place: number }): JSX.Element | null {
  const network = networks[place].value;
  if (!network) return null;
  const { facts } = network.pack;
  const parameters = network.layers.reduce((sum, layer) => sum + layer.parameters, 0);
  return <p class="hint">{texts.networks.facts(parameters, facts)}</p>;
}

/** Where one may go from an answer: to what speaks for it, and to its arithmetic. */
function Questions({
  place,
  best,
  answer,
}: {
  readonly place: number;
  readonly best: number;
  readonly answer: string;
}): JSX.Element {
  return (
    <div class="buttons">
      <button
        type="button"
        onClick={() => {
          explain(place);
          goToPanel();
        }}
      >
        {texts.answer.why(answer)}
      </button>
      <button
        type="button"
        onClick={() => {
          const layers = networks[place].peek()?.layers ?? [];
          openUnit(place, layers[layers.length - 1].name, { channel: best, y: 0, x: 0 });
        }}
      >
        {texts.answer.how}
      </button>
    </div>
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
