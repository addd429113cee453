/** An activation, as its curve with the number on it. */
import type { JSX } from 'preact';
import { number, texts } from '../../../texts';
import { activationName } from '../../layer/describe';
import type { StepProps } from '../step-props';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Curves by tfjs's names. Only for drawing: the number itself comes from the network. */
const curves: Readonly<Record<string, ((x: number) => number) | undefined>> = {
  relu: (x) => Math.max(0, x),
  relu6: (x) => Math.min(6, Math.max(0, x)),
  leakyRelu: (x) => (x < 0 ? 0.3 * x : x),
  elu: (x) => (x < 0 ? Math.exp(x) - 1 : x),
  selu: (x) => 1.0507 * (x < 0 ? 1.67326 * (Math.exp(x) - 1) : x),
  sigmoid,
  hardSigmoid: (x) => Math.min(1, Math.max(0, 0.2 * x + 0.5)),
  tanh: Math.tanh,
  softplus: (x) => Math.log1p(Math.exp(x)),
  softsign: (x) => x / (1 + Math.abs(x)),
  swish: (x) => x * sigmoid(x),
  gelu: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  linear: (x) => x,
};

const [width, height] = [180, 120];
const steps = 60;

export function ActivationStep({ step }: Pick<StepProps<'activation'>, 'step'>): JSX.Element {
  const { activation, input, output } = step;
  const name = activationName(activation);
  const curve = curves[activation];
  return (
    <>
      {curve && <Plot {...{ curve, input, output }} />}
      <p class="equation">
        {name}({number(input)}) =
      </p>
      <p class="hint">{texts.steps.activation(activation)}</p>
    </>
  );
}

function Plot({
  curve,
  input,
  output,
}: {
  readonly curve: (x: number) => number;
  readonly input: number;
  readonly output: number;
}): JSX.Element {
  const reach = Math.max(3, Math.ceil(Math.abs(input) * 1.2));
  const points = Array.from({ length: steps + 1 }, (_, i) => {
    const x = -reach + (2 * reach * i) / steps;
    return [x, curve(x)] as const;
  });
  const low = Math.min(-0.3, ...points.map(([, y]) => y));
  const high = Math.max(1, ...points.map(([, y]) => y));
  const across = (x: number): number => ((x + reach) / (2 * reach)) * width;
  const down = (y: number): number => 6 + (1 - (y - low) / (high - low)) * (height - 12);
  const path = points.map(
    ([x, y], i) => `${i === 0 ? 'M' : 'L'}${across(x).toFixed(1)} ${down(y).toFixed(1)}`,
  );
  return (
    <svg class="plot" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
      <path class="axis" d={`M0 ${down(0)}H${width}M${across(0)} 0V${height}`} />
      <path class="guide" d={`M${across(input)} ${down(0)}V${down(output)}H${across(0)}`} />
      <path class="curve" d={path.join('')} />
      <circle cx={across(input)} cy={down(output)} r="5" />
    </svg>
  );
}
