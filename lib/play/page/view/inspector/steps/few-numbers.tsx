/** Steps of a number or two. */
import type { JSX } from 'preact';
import type { UnitValue } from '../../../engine/types';
import { openUnit } from '../../../state/selection';
import { added, number, texts } from '../../../texts';
import { nameOf } from '../input-map';
import type { StepProps } from '../step-props';

export function ScalingStep({ step }: Pick<StepProps<'scaling'>, 'step'>): JSX.Element {
  const { input, scale, offset } = step;
  return (
    <p class="equation">
      {number(input)} × {number(scale)}
      {offset !== 0 && ` ${added(offset)}`} =
    </p>
  );
}

export function PixelStep({ step }: Pick<StepProps<'pixel'>, 'step'>): JSX.Element {
  const { pixel, mean, deviation } = step;
  return (
    <>
      <p class="formula" role="img" aria-label={texts.steps.pixel(step)}>
        <span class="fraction">
          <span>
            {number(pixel)} <var title={texts.steps.mean}>{added(-mean)}</var>
          </span>
          <span>
            <var title={texts.steps.deviation}>{number(deviation)}</var>
          </span>
        </span>
      </p>
      <p class="hint">{texts.steps.pixelHint}</p>
    </>
  );
}

export function AdditionStep({ step, place, network }: StepProps<'addition'>): JSX.Element {
  return (
    <p class="equation">
      {step.terms.map((term, i) => (
        <span class="term" key={i}>
          {i === 0 ? number(term.value) : added(term.value)} <From {...{ place, network }} from={term} />
        </span>
      ))}
    </p>
  );
}

export function CopyStep({ step, place, network, layer }: StepProps<'copy'>): JSX.Element {
  return (
    <>
      <p class="equation">
        {number(step.from.value)} <From {...{ place, network }} from={step.from} />
      </p>
      <p class="hint">{texts.steps.copy(layer.className)}</p>
    </>
  );
}

/** Where a number comes from, to go there. */
function From({
  place,
  network,
  from,
}: Pick<StepProps, 'place' | 'network'> & { readonly from: UnitValue }): JSX.Element {
  const { layer, channel, y, x } = from;
  const name = texts.inspector.from(nameOf(network, layer, channel), layer);
  return (
    <button
      type="button"
      class="link"
      aria-label={texts.inspector.open(name)}
      onClick={() => {
        openUnit(place, layer, { channel, y, x });
      }}
    >
      {name}
    </button>
  );
}
