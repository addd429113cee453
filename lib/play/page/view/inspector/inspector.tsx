/** One number of a map, taken apart: the window that slides, and each step from what it covers to the number. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { LayerInfo, LoadedNetwork } from '../../engine/types';
import { closeUnit, moveUnit, openUnit, type SelectedUnit } from '../../state/selection';
import { number, texts } from '../../texts';
import { shortName } from '../layer/describe';
import { goTo } from '../parts/focus';
import { useInterval, useMedia, useOutput, useWidth } from '../parts/hooks';
import { Icon } from '../parts/icons';
import { drawMap } from '../parts/maps';
import { Mark, Picker } from '../parts/picker';
import { useExplanation } from './explanation';
import { scaleOf } from './scale';
import { StepCard } from './step-card';

/** Of the map, in CSS pixels. */
const largestSide = { beside: 260, above: 200 };
/** From one place to the next while the window slides by itself. */
const pace = 450;

export interface InspectorProps {
  readonly place: number;
  readonly network: LoadedNetwork;
  readonly layer: LayerInfo;
  readonly unit: SelectedUnit;
}

export function Inspector({ place, network, layer, unit }: InspectorProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  const explanation = useExplanation(network, place, layer, unit).value;
  const { channel, y, x } = unit;
  const isMap = layer.outputShape.length === 3;
  useEffect(() => {
    // Not when one goes through units, or from layer to layer.
    if (
      !heading.current!.closest('section.layer')!.querySelector('.units')?.contains(document.activeElement)
    ) {
      if (goTo(heading.current!)) heading.current!.scrollIntoView({ block: 'start' });
    }
  }, []);
  const isLast = network.layers[network.layers.length - 1] === layer;
  const title = isMap
    ? texts.layers.map(channel + 1)
    : texts.layers.unit(channel + 1, isLast ? network.pack.classNames[channel] : null);
  return (
    <section
      class="inspector"
      aria-labelledby="inspector-title"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        leave();
      }}
    >
      <header>
        <h3 id="inspector-title" ref={heading} tabIndex={-1}>
          {title} <small>{texts.inspector.of(shortName(layer))}</small>
        </h3>
        <button type="button" class="round" aria-label={texts.inspector.close} onClick={leave}>
          <Icon name="close" />
        </button>
      </header>
      <div class="inspector-body">
        {isMap && <LargeMap {...{ place, layer, channel, y, x }} />}
        <div class="steps-list">
          {explanation && 'message' in explanation && <p class="notice">{explanation.message}</p>}
          {explanation && 'parts' in explanation && (
            <ol aria-label={texts.inspector.steps}>
              {explanation.parts.flatMap(({ layer: made, explanation: { steps, value } }) =>
                steps.length === 0
                  ? [
                      <li key={made.name} class="step">
                        <h4>{shortName(made)}</h4>
                        <p>{texts.inspector.unknown(made.className, number(value))}</p>
                      </li>,
                    ]
                  : steps.map((step, i) => (
                      <StepCard
                        key={`${made.name} ${i}`}
                        {...{ place, network, step }}
                        layer={made}
                        look={explanation.look}
                        at={{ y, x }}
                      />
                    )),
              )}
            </ol>
          )}
        </div>
      </div>
    </section>
  );
}

/** Back to the map that was opened. */
function leave(): void {
  closeUnit();
  document.querySelector<HTMLElement>('.maps [tabindex="0"], .units .picker')?.focus();
}

interface LargeMapProps {
  readonly place: number;
  readonly layer: LayerInfo;
  readonly channel: number;
  readonly y: number;
  readonly x: number;
}

function LargeMap({ place, layer, channel, y, x }: LargeMapProps): JSX.Element {
  const frame = useRef<HTMLElement>(null);
  // On a phone, the numbers are below the map: both are seen at once.
  const isNarrow = useMedia('(max-width: 599px)');
  const available = Math.min(useWidth(frame), isNarrow ? largestSide.above : largestSide.beside);
  const output = useOutput(place, layer.name).value;
  const isPlaying = useSignal(false);
  const isStill = useMedia('(prefers-reduced-motion: reduce)');
  const [rows, columns, channels] = layer.outputShape;
  const next = (): void => {
    const at = (y * columns + x + 1) % (rows * columns);
    moveUnit(Math.floor(at / columns), at % columns);
  };
  useInterval(next, pace, isPlaying.value);
  const size = { width: available, height: Math.round((available * rows) / columns) };
  const value = output?.values[(y * columns + x) * channels + channel] ?? 0;
  const where = texts.inspector.where(y + 1, x + 1);
  const other = (step: number): void => {
    openUnit(place, layer.name, { channel: (channel + step + channels) % channels, y, x });
  };
  return (
    <figure class="large-map" ref={frame}>
      {available > 0 && (
        <Picker
          label={texts.inspector.map}
          valueText={texts.inspector.value(where, value)}
          {...{ rows, columns, y, x, ...size }}
          inputs={[output, channel]}
          draw={(context) => {
            if (output) drawMap(context, output, channel, { x: 0, y: 0, ...size }, scaleOf(output, channel));
          }}
          onMove={(row, column) => {
            isPlaying.value = false;
            moveUnit(row, column);
          }}
        >
          <Mark {...{ y, x, rows, columns }} height={1} width={1} />
        </Picker>
      )}
      <figcaption>
        {where}: <b class="value">{number(value)}</b>
      </figcaption>
      <div class="buttons">
        {isStill ? (
          <button type="button" onClick={next}>
            <Icon name="next" />
            {texts.inspector.next}
          </button>
        ) : (
          <button
            type="button"
            aria-pressed={isPlaying.value}
            onClick={() => {
              isPlaying.value = !isPlaying.value;
            }}
          >
            <Icon name={isPlaying.value ? 'pause' : 'play'} />
            {isPlaying.value ? texts.inspector.pause : texts.inspector.play}
          </button>
        )}
        <button
          type="button"
          class="round"
          aria-label={texts.inspector.mapBefore}
          onClick={() => {
            other(-1);
          }}
        >
          <Icon name="back" />
        </button>
        <button
          type="button"
          class="round"
          aria-label={texts.inspector.mapAfter}
          onClick={() => {
            other(1);
          }}
        >
          <Icon name="next" />
        </button>
      </div>
      <p class="hint">{texts.inspector.hint}</p>
    </figure>
  );
}
