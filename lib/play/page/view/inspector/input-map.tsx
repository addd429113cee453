/** A map of the layer before, with the window on it. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { Window } from '../../engine/types';
import { moveUnit, openUnit } from '../../state/selection';
import { texts } from '../../texts';
import { Canvas } from '../parts/canvas';
import { useOutput } from '../parts/hooks';
import { drawMap } from '../parts/maps';
import { Mark } from '../parts/picker';
import { scaleOf } from './scale';
import type { StepProps } from './step-props';
import { px } from '../parts/px';

export interface InputMapProps extends Pick<StepProps, 'place' | 'network' | 'layer' | 'at'> {
  readonly window: Window;
  readonly channel: number;
  /** In CSS pixels. */
  readonly side?: number;
}

export function InputMap({
  place,
  network,
  layer,
  at,
  window,
  channel,
  side = 108,
}: InputMapProps): JSX.Element {
  const area = useRef<HTMLDivElement>(null);
  const input = network.layers.find(({ name }) => name === window.layer);
  const output = useOutput(place, window.layer).value;
  const [rows, columns] = input?.outputShape ?? [1, 1];
  const size = { width: side, height: Math.round((side * rows) / columns) };
  const reach = [(window.height - 1) * window.stepY + 1, (window.width - 1) * window.stepX + 1];
  /** Slides the window to where the pointer is. */
  const point = (event: PointerEvent): void => {
    const box = area.current!.getBoundingClientRect();
    const y = ((event.clientY - box.top) / box.height) * rows;
    const x = ((event.clientX - box.left) / box.width) * columns;
    const [height, width] = layer.outputShape;
    const [strideY, strideX] = stridesOf(layer.settings);
    const row = at.y + Math.round((y - window.y - reach[0] / 2) / strideY);
    const column = at.x + Math.round((x - window.x - reach[1] / 2) / strideX);
    moveUnit(Math.min(height - 1, Math.max(0, row)), Math.min(width - 1, Math.max(0, column)));
  };
  const name = nameOf(network, window.layer, channel);
  return (
    <figure class="input-map">
      <div
        ref={area}
        class="slides"
        style={px(size)}
        onPointerDown={(event) => {
          area.current!.setPointerCapture(event.pointerId);
          point(event);
        }}
        onPointerMove={(event) => {
          if (area.current!.hasPointerCapture(event.pointerId)) point(event);
        }}
      >
        <Canvas
          {...size}
          inputs={[output, channel]}
          draw={(context) => {
            if (output) drawMap(context, output, channel, { x: 0, y: 0, ...size }, scaleOf(output, channel));
          }}
        />
        <Mark y={window.y} x={window.x} height={reach[0]} width={reach[1]} {...{ rows, columns }} />
      </div>
      <figcaption>
        <button
          type="button"
          class="link"
          aria-label={texts.inspector.open(name)}
          onClick={() => {
            const middle = (start: number, length: number, limit: number): number =>
              Math.min(limit - 1, Math.max(0, start + Math.floor(length / 2)));
            openUnit(place, window.layer, {
              channel,
              y: middle(window.y, reach[0], rows),
              x: middle(window.x, reach[1], columns),
            });
          }}
        >
          {name}
        </button>
      </figcaption>
    </figure>
  );
}

/** Of an image: its colour. */
export function nameOf(network: StepProps['network'], layer: string, channel: number): string {
  const info = network.layers.find(({ name }) => name === layer);
  const channels = info?.outputShape.length === 3 ? info.outputShape[2] : null;
  if (info?.className === 'InputLayer' && channels === 3) return texts.inspector.colours[channel];
  return channels === null ? texts.layers.unit(channel + 1, null) : texts.layers.map(channel + 1);
}

/** Places of the input from one window to the next, down and across. */
function stridesOf({ strides, poolSize }: Readonly<Record<string, unknown>>): readonly [number, number] {
  const found = strides ?? poolSize ?? 1;
  return Array.isArray(found) ? [Number(found[0]), Number(found[1])] : [Number(found), Number(found)];
}
