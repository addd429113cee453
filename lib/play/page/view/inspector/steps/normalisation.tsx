import type { JSX } from 'preact';
import { added, number, texts } from '../../../texts';
import type { StepProps } from '../step-props';

/** Batch normalisation, as a formula with its numbers. */
export function NormalisationStep({ step }: Pick<StepProps<'normalisation'>, 'step'>): JSX.Element {
  const { input, mean, variance, epsilon, gamma, beta } = step;
  return (
    <>
      <p class="formula" role="img" aria-label={texts.steps.normalisation(step)}>
        <span class="fraction">
          <span>
            {number(input)} <var title={texts.steps.mean}>{added(-mean)}</var>
          </span>
          <span>
            √(<var title={texts.steps.variance}>{number(variance)}</var> + {epsilon})
          </span>
        </span>
        <span>
          × <var title={texts.steps.gamma}>{number(gamma)}</var>
        </span>
        <span>
          <var title={texts.steps.beta}>{added(beta)}</var>
        </span>
      </p>
      <p class="hint">{texts.steps.normalisationHint}</p>
    </>
  );
}
