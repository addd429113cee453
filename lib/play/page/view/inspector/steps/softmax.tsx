import type { JSX } from 'preact';
import { number, texts } from '../../../texts';
import type { StepProps } from '../step-props';

/** Softmax: exponentials of the scores, each as a share of their sum. */
export function SoftmaxStep({ step, network }: StepProps<'softmax'>): JSX.Element {
  const { logits, exponentials, sum, index } = step;
  const { classNames } = network.pack;
  return (
    <table class="terms">
      <thead>
        <tr>
          <th scope="col">{texts.steps.class}</th>
          <th scope="col">{texts.steps.logit}</th>
          <th scope="col">{texts.steps.exponential}</th>
          <th scope="col" colSpan={2}>
            {texts.steps.share}
          </th>
        </tr>
      </thead>
      <tbody>
        {Array.from(logits, (logit, i) => (
          <tr key={i} class={i === index ? 'chosen' : undefined}>
            <th scope="row">{classNames[i] ?? i + 1}</th>
            <td>{number(logit)}</td>
            <td>{number(exponentials[i])}</td>
            <td>{texts.answer.exactPercent(exponentials[i] / sum)}</td>
            <td>
              <span class="bar" aria-hidden="true">
                <i style={{ transform: `scaleX(${exponentials[i] / sum})` }} />
              </span>
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{texts.steps.sum}</th>
          <td />
          <td>{number(sum)}</td>
          <td />
          <td />
        </tr>
      </tfoot>
      <caption>{texts.steps.softmaxHint}</caption>
    </table>
  );
}
