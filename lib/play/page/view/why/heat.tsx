/** Saliency and class activation: two maps that the network's own numbers give. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { activationState, type HeatState, keepHeat, saliencyState } from '../../state/why/heat';
import { texts } from '../../texts';
import { useWidth } from '../parts/hooks';
import { Explanation } from './explanation';
import { HeatMap, LitPicture } from './heat-picture';

export function HeatMaps(): JSX.Element {
  useEffect(keepHeat, []);
  return (
    <div class="heats">
      <One name="saliency" state={saliencyState.value} words={texts.why.saliency} />
      <One name="activation" state={activationState.value} words={texts.why.activation} />
    </div>
  );
}

interface OneProps {
  readonly name: 'saliency' | 'activation';
  readonly state: HeatState;
  readonly words: {
    readonly title: string;
    readonly about: string;
    readonly map: (name: string) => string;
    readonly lit: string;
    readonly none: string;
  };
}

/** The side of a picture, in CSS pixels, at most. */
const largest = 224;

function One({ name, state, words }: OneProps): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const side = Math.min(largest, Math.floor((useWidth(frame) - 12) / 2));
  return (
    <Explanation name={name} title={words.title} about={words.about}>
      <div class="pair" ref={frame} data-state={state.status}>
        {state.status === 'ready' && side > 0 && (
          <>
            <figure>
              <HeatMap heat={state.heat} width={side} />
              <figcaption>
                {words.map(state.question.network.pack.classNames[state.question.classIndex])}
              </figcaption>
            </figure>
            <figure>
              <LitPicture heat={state.heat} image={state.question.image} width={side} />
              <figcaption>{words.lit}</figcaption>
            </figure>
          </>
        )}
        {state.status === 'none' && <p class="none">{words.none}</p>}
        {state.status === 'failed' && <p class="notice">{state.message}</p>}
      </div>
    </Explanation>
  );
}
