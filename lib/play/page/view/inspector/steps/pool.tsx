/** Pools: the largest value of a window, or the mean. */
import type { JSX } from 'preact';
import { number, texts } from '../../../texts';
import { Cells, largestOf } from '../cells';
import { InputMap } from '../input-map';
import type { StepProps } from '../step-props';

/** Windows of more columns are shown as a map alone. */
const mostColumns = 8;

export function PoolStep({ step, ...rest }: StepProps<'maximum' | 'mean'>): JSX.Element {
  const { window } = step;
  const values = Array.from(window.values);
  return (
    <>
      <div class="window-row">
        <InputMap {...rest} window={window} channel={window.channels[0]} side={144} />
        {window.width <= mostColumns && (
          <Cells
            title={texts.steps.window}
            values={values}
            columns={window.width}
            largest={largestOf(values)}
            inside={window.inside}
            {...(step.kind === 'maximum' && { highlighted: step.largest })}
          />
        )}
      </div>
      <p class="equation">
        {step.kind === 'maximum'
          ? texts.steps.largestOf(values.length)
          : texts.steps.meanOf(step.count, number(values.reduce((sum, value) => sum + value, 0)))}
      </p>
    </>
  );
}
