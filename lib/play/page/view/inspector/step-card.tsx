/** One step in the making of a number, as a card: what goes in, what is done, what comes out. */
import type { ComponentChildren, JSX } from 'preact';
import { number, texts } from '../../texts';
import { shortName } from '../layer/describe';
import type { StepProps } from './step-props';
import { ActivationStep } from './steps/activation';
import { AdditionStep, CopyStep, PixelStep, ScalingStep } from './steps/few-numbers';
import { NormalisationStep } from './steps/normalisation';
import { PoolStep } from './steps/pool';
import { SoftmaxStep } from './steps/softmax';
import { WeightedSumStep } from './steps/weighted-sum';

export function StepCard(props: StepProps): JSX.Element {
  const { layer, step } = props;
  const ends = step.kind === 'activation' ? '' : shortName(layer);
  return (
    <li class={`step ${step.kind}`} data-step={step.kind}>
      <h4>
        {texts.steps.titles[step.kind]} {ends && <small>{ends}</small>}
      </h4>
      {bodyOf(props)}
      <p class="outcome">
        {step.kind === 'softmax' ? texts.answer.exactPercent(step.output) : number(step.output)}
      </p>
    </li>
  );
}

function bodyOf(props: StepProps): ComponentChildren {
  const { step, ...rest } = props;
  switch (step.kind) {
    case 'weighted-sum':
      return <WeightedSumStep {...rest} step={step} />;
    case 'maximum':
    case 'mean':
      return <PoolStep {...rest} step={step} />;
    case 'normalisation':
      return <NormalisationStep step={step} />;
    case 'activation':
      return <ActivationStep step={step} />;
    case 'scaling':
      return <ScalingStep step={step} />;
    case 'addition':
      return <AdditionStep {...rest} step={step} />;
    case 'copy':
      return <CopyStep {...rest} step={step} />;
    case 'softmax':
      return <SoftmaxStep {...rest} step={step} />;
    case 'pixel':
      return <PixelStep step={step} />;
  }
}
