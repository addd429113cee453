/** All maps of a layer, or all of its units, to choose one from. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { LayerInfo } from '../../engine/types';
import { networks } from '../../state/networks';
import { settings } from '../../state/settings';
import { number, texts } from '../../texts';
import { placeAfter } from '../parts/arrows';
import { Canvas } from '../parts/canvas';
import { useOutput, useWidth } from '../parts/hooks';
import { columnsFor, drawList, drawMap, largestIn, type Output } from '../parts/maps';
import { Mark, Picker } from '../parts/picker';

export interface MapsProps {
  readonly place: number;
  readonly layer: LayerInfo;
  /** The channel that is open in the inspector. */
  readonly chosen: number | null;
  readonly onOpen: (channel: number, y: number, x: number) => void;
}

export function Maps(props: MapsProps): JSX.Element {
  return props.layer.outputShape.length === 3 ? <MapGrid {...props} /> : <UnitGrid {...props} />;
}

/** Side of a map, in CSS pixels. */
const side = 60;

function MapGrid({ place, layer, chosen, onOpen }: MapsProps): JSX.Element {
  const output = useOutput(place, layer.name);
  const grid = useRef<HTMLUListElement>(null);
  const focused = useSignal(0);
  const [height, width, channels] = layer.outputShape;
  const reachable = chosen ?? focused.value;
  const shownHeight = Math.round((side * height) / width);
  const onKeyDown = (event: KeyboardEvent): void => {
    const buttons = [...grid.current!.querySelectorAll<HTMLElement>('button')];
    const columns = buttons.filter(({ offsetTop }) => offsetTop === buttons[0].offsetTop).length;
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    const next = placeAfter(event.key, at, channels, [columns, 1]);
    if (next === null) return;
    event.preventDefault();
    focused.value = next;
    buttons[next].focus();
  };
  return (
    <ul
      class={chosen === null ? 'maps' : 'maps short'}
      ref={grid}
      onKeyDown={onKeyDown}
      aria-label={texts.layers.all}
    >
      {Array.from({ length: channels }, (_, channel) => (
        <li key={channel}>
          <button
            type="button"
            class="map"
            data-channel={channel}
            aria-label={texts.layers.map(channel + 1)}
            aria-pressed={channel === chosen}
            tabIndex={channel === reachable || (chosen !== null && channel === focused.value) ? 0 : -1}
            onFocus={() => {
              focused.value = channel;
            }}
            onClick={() => {
              const [y, x] = output.value ? strongest(output.value, channel) : [0, 0];
              onOpen(channel, y, x);
            }}
          >
            <Canvas
              width={side}
              height={shownHeight}
              draw={(context) => {
                if (!output.value) return;
                const largest = settings.sharesScale.value ? largestIn(output.value) : undefined;
                drawMap(
                  context,
                  output.value,
                  channel,
                  { x: 0, y: 0, width: side, height: shownHeight },
                  largest,
                );
              }}
            />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Row and column of the value of the largest size in a map: the most telling place to begin with. */
function strongest({ values, height, width, channels }: Output, channel: number): readonly [number, number] {
  let best = 0;
  for (let i = 1; i < height * width; i++) {
    if (Math.abs(values[i * channels + channel]) > Math.abs(values[best * channels + channel])) best = i;
  }
  return [Math.floor(best / width), best % width];
}

/** Cells of a list are no smaller than this, so that a finger finds one. */
const cell = { smallest: 6, largest: 40 };

function UnitGrid({ place, layer, chosen, onOpen }: MapsProps): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const available = useWidth(frame);
  const output = useOutput(place, layer.name).value;
  const cursor = useSignal(chosen ?? 0);
  const count = layer.outputShape.reduce((all, side) => all * side, 1);
  const names = classesOf(place, layer);
  const columns =
    names === null
      ? Math.min(
          Math.floor(available / cell.smallest),
          columnsFor(count, { width: available, height: available / 4 }),
        )
      : count;
  const size = Math.min(cell.largest, available / Math.max(1, columns));
  const rows = Math.ceil(count / Math.max(1, columns));
  const at = chosen ?? Math.min(cursor.value, count - 1);
  const name = texts.layers.unit(at + 1, names?.[at] ?? null);
  return (
    <div ref={frame} class="units">
      {available > 0 && (
        <Picker
          label={texts.layers.units(count)}
          valueText={output ? texts.inspector.value(name, output.values[at]) : name}
          {...{ rows, columns, count }}
          y={Math.floor(at / columns)}
          x={at % columns}
          width={columns * size}
          height={rows * size}
          inputs={[output, columns]}
          draw={(context) => {
            if (!output) return;
            const whole = { x: 0, y: 0, width: columns * size, height: rows * size };
            drawList(context, output.values, columns, whole, largestIn(output));
          }}
          onMove={(y, x) => {
            cursor.value = y * columns + x;
            if (chosen !== null) onOpen(cursor.value, 0, 0);
          }}
          onOpen={() => {
            onOpen(cursor.value, 0, 0);
          }}
        >
          <Mark y={Math.floor(at / columns)} x={at % columns} height={1} width={1} {...{ rows, columns }} />
        </Picker>
      )}
      <p class="hint">
        {name}
        {output && `: ${number(output.values[at])}`}
      </p>
    </div>
  );
}

/** Names of the units, if they are the classes. */
function classesOf(place: number, layer: LayerInfo): readonly string[] | null {
  const network = networks[place].value;
  return network && network.layers[network.layers.length - 1] === layer ? network.pack.classNames : null;
}
