/** Convolutions and dense layers: input times weights, summed up. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Step } from '../../../engine/types';
import { openUnit } from '../../../state/selection';
import { added, number, texts } from '../../../texts';
import { Cells, largestOf } from '../cells';
import { InputMap, nameOf } from '../input-map';
import type { StepProps } from '../step-props';

type Props = StepProps<'weighted-sum'>;
type WeightedSum = Extract<Step, { readonly kind: 'weighted-sum' }>;

/** How many input maps are shown with their numbers, and how many inputs of a list. */
const most = { maps: 3, inputs: 8 };

export function WeightedSumStep(props: Props): JSX.Element {
  const { window } = props.step;
  return window.height * window.width > 1 ? <Windows {...props} /> : <Inputs {...props} />;
}

/** A window on several input maps: numbers of the maps that count most. */
function Windows({ step, ...rest }: Props): JSX.Element {
  const { window, kernel, products, bias, hasBias } = step;
  const sums = sumsByChannel(step);
  // Those that count most where the inspector was opened; they stay while the window slides, so that one can follow.
  const shown = useSignal<readonly number[]>(strongest(sums, most.maps));
  const channels = shown.value.filter((i) => i < sums.length);
  const [inLargest, kernelLargest, productLargest] = [window.values, kernel, products].map(largestOf);
  const others = sums.reduce((sum, value, i) => (channels.includes(i) ? sum : sum + value), 0);
  const names = channels.map((i) => nameOf(rest.network, window.layer, window.channels[i]));
  return (
    <>
      <div class="windows">
        {channels.map((i, row) => (
          <div class="window-row" key={row}>
            <InputMap {...rest} window={window} channel={window.channels[i]} />
            <Cells
              title={texts.steps.window}
              values={ofChannel(window.values, i, sums.length)}
              columns={window.width}
              largest={inLargest}
              inside={window.inside}
            />
            <span class="sign">×</span>
            <Cells
              title={texts.steps.kernel}
              values={ofChannel(kernel, i, sums.length)}
              columns={window.width}
              largest={kernelLargest}
            />
            <span class="sign">=</span>
            <Cells
              title={texts.steps.products}
              values={ofChannel(products, i, sums.length)}
              columns={window.width}
              largest={productLargest}
            />
            <span class="sum">
              <small>{texts.steps.sum}</small>
              {number(sums[i])}
            </span>
          </div>
        ))}
      </div>
      {sums.length > most.maps && (
        <div class="buttons">
          <button
            type="button"
            onClick={() => {
              shown.value = strongest(sums, most.maps);
            }}
          >
            {texts.steps.strongestHere}
          </button>
          <label class="choose">
            {texts.steps.show}
            <select
              value={channels[0]}
              onChange={(event) => {
                const wanted = Number(event.currentTarget.value);
                shown.value = [wanted, ...channels.filter((i) => i !== wanted)].slice(0, most.maps);
              }}
            >
              {sums.map((sum, i) => (
                <option key={i} value={i}>
                  {`${nameOf(rest.network, window.layer, window.channels[i])}: ${number(sum)}`}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      <p class="equation">
        {channels.map((i, term) => (
          <span key={term} class="term">
            {term === 0 ? number(sums[i]) : added(sums[i])} <small>{names[term]}</small>
          </span>
        ))}
        {sums.length > channels.length && (
          <span class="term">
            {added(others)} <small>{texts.steps.others(sums.length - channels.length)}</small>
          </span>
        )}
        {hasBias && (
          <span class="term">
            {added(bias)} <small>{texts.steps.bias}</small>
          </span>
        )}
      </p>
    </>
  );
}

/** A list of inputs, each with a weight of its own: those that count most. */
function Inputs({ step, place, network, at }: Props): JSX.Element {
  const { window, kernel, products, bias, hasBias } = step;
  const shown = strongest(products, most.inputs);
  const largest = largestOf(products);
  const others = products.reduce((sum, value, i) => (shown.includes(i) ? sum : sum + value), 0);
  const input = network.layers.find(({ name }) => name === window.layer);
  const isMap = input?.outputShape.length === 3;
  return (
    <table class="terms">
      <thead>
        <tr>
          <th scope="col">{texts.steps.input}</th>
          <th scope="col">{texts.steps.value}</th>
          <th scope="col">{texts.steps.weight}</th>
          <th scope="col" colSpan={2}>
            {texts.steps.product}
          </th>
        </tr>
      </thead>
      <tbody>
        {shown.map((i) => {
          const name = nameOf(network, window.layer, window.channels[i]);
          return (
            <tr key={i}>
              <th scope="row">
                <button
                  type="button"
                  class="link"
                  aria-label={texts.inspector.open(name)}
                  onClick={() => {
                    const where = isMap ? { y: window.y, x: window.x } : { y: 0, x: 0 };
                    openUnit(place, window.layer, { channel: window.channels[i], ...where });
                  }}
                >
                  {name}
                </button>
              </th>
              <td>{number(window.values[i])}</td>
              <td>{number(kernel[i])}</td>
              <td>{number(products[i])}</td>
              <td>
                <Signed value={products[i]} largest={largest} />
              </td>
            </tr>
          );
        })}
        {products.length > shown.length && (
          <tr>
            <th scope="row">{texts.steps.others(products.length - shown.length)}</th>
            <td />
            <td />
            <td>{number(others)}</td>
            <td />
          </tr>
        )}
        {hasBias && (
          <tr>
            <th scope="row">{texts.steps.bias}</th>
            <td />
            <td />
            <td>{number(bias)}</td>
            <td />
          </tr>
        )}
      </tbody>
      <caption>{isMap ? texts.steps.allAt(at.y + 1, at.x + 1) : texts.steps.all(products.length)}</caption>
    </table>
  );
}

/** A bar from the middle: to the right above zero, to the left below. */
function Signed({ value, largest }: { readonly value: number; readonly largest: number }): JSX.Element {
  const share = largest === 0 ? 0 : Math.abs(value) / largest;
  return (
    <span class={value < 0 ? 'signed below' : 'signed'} aria-hidden="true">
      <i style={{ width: `${share * 50}%` }} />
    </span>
  );
}

/** What each input map adds. */
function sumsByChannel({ window, products }: WeightedSum): number[] {
  const count = window.channels.length;
  const sums = new Array<number>(count).fill(0);
  for (let i = 0; i < products.length; i++) sums[i % count] += products[i];
  return sums;
}

/** A channel of [height, width, channels]. */
export function ofChannel(values: Float32Array, channel: number, channels: number): number[] {
  return Array.from({ length: values.length / channels }, (_, i) => values[i * channels + channel]);
}

/** Positions of the values of the largest size; a few values stay in their order. */
function strongest(values: ArrayLike<number>, count: number): number[] {
  const all = Array.from({ length: values.length }, (_, i) => i);
  if (values.length <= count) return all;
  return all.sort((a, b) => Math.abs(values[b]) - Math.abs(values[a])).slice(0, count);
}
