/** What is explained: the picture, what the network says of it, and the class that the reader asks about. */
import type { JSX } from 'preact';
import { bestOf } from '../../state/best';
import { looks } from '../../state/looking';
import { chosen, networks, titleOf } from '../../state/networks';
import { inputFor, source } from '../../state/picture';
import {
  chosenClass,
  chosenPlace,
  classIndex,
  explained,
  explainedPlace,
  probabilities,
} from '../../state/why/question';
import { texts } from '../../texts';
import { Sources } from '../image/sources';
import { Canvas } from '../parts/canvas';
import { drawPixels } from '../parts/maps';

/** Side of the picture, in CSS pixels. */
const side = 128;

export function Subject(): JSX.Element {
  const network = explained.value;
  const shares = probabilities.value;
  const { name, label } = source.value;
  return (
    <div class="subject">
      {chosen.value.length > 1 && <WhichNetwork />}
      <div class="subject-picture">
        {network && (
          <Canvas
            width={side}
            height={side}
            inputs={[network]}
            draw={(context) => {
              const image = inputFor(network.pack.imageShape).value;
              drawPixels(context, image, { x: 0, y: 0, width: side, height: side });
            }}
          />
        )}
        <p class="hint">{texts.why.picture(name, label)}</p>
      </div>
      {network && shares && (
        <fieldset class="classes">
          <legend>{texts.why.classes}</legend>
          {network.pack.classNames.map((each, i) => (
            <label key={each} class={i === classIndex.value ? 'chosen' : undefined}>
              <input
                type="radio"
                name="explained-class"
                checked={i === classIndex.value}
                onChange={() => {
                  chosenClass.value = i;
                }}
              />
              <span class="class">{each}</span>
              <span class="bar" aria-hidden="true">
                <i style={{ transform: `scaleX(${shares[i]})` }} />
              </span>
              <span class="share">{texts.answer.percent(shares[i])}</span>
            </label>
          ))}
          {chosenClass.value !== null && (
            <button
              type="button"
              class="link"
              onClick={() => {
                chosenClass.value = null;
              }}
            >
              {texts.why.followAnswer}
            </button>
          )}
        </fieldset>
      )}
      <Sources />
    </div>
  );
}

/** Where two networks are compared: which of them is explained, with the answer of each. */
function WhichNetwork(): JSX.Element {
  return (
    <div class="which-network" role="group" aria-label={texts.why.network}>
      {chosen.value.map((id, place) => {
        const network = networks[place].value;
        const shares = looks[place].value?.probabilities;
        const best = shares && bestOf(shares);
        return (
          <button
            key={id}
            type="button"
            aria-pressed={place === explainedPlace.value}
            onClick={() => {
              chosenPlace.value = place;
            }}
          >
            <b>{network?.pack.title ?? titleOf(id)}</b>
            {network && shares && best !== undefined && (
              <span>{texts.answer.spoken(network.pack.classNames[best], shares[best])}</span>
            )}
          </button>
        );
      })}
    </div>
  );
}
