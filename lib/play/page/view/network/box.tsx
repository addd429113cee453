/** A box of a network's picture: a few maps of a layer, alive, and what the layer is. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { looks } from '../../state/looking';
import { selectedLayer } from '../../state/selection';
import { settings } from '../../state/settings';
import { texts } from '../../texts';
import { shapeText, shortName, shortShape } from '../layer/describe';
import { Canvas } from '../parts/canvas';
import { useOutput, useVisible } from '../parts/hooks';
import { columnsFor, drawList, drawMap, drawPixels, largestIn, outline, type Output } from '../parts/maps';
import { type Bounds, captionHeight, padding, thumbnailGap } from './dimensions';
import { type Group, lastOf } from './groups';
import { px } from '../parts/px';

export interface BoxProps {
  readonly place: number;
  readonly group: Group;
  readonly bounds: Bounds;
  /** Side of a thumbnail, in CSS pixels. */
  readonly thumbnail: number;
  /** Whether the Tab key stops here; arrow keys lead to the others. */
  readonly isReachable: boolean;
  readonly onFocus: () => void;
  readonly onOpen: () => void;
}

export function Box({
  place,
  group,
  bounds,
  thumbnail,
  isReachable,
  onFocus,
  onOpen,
}: BoxProps): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  const isVisible = useVisible(button);
  const layer = lastOf(group);
  const output = useOutput(place, layer.name, isVisible);
  const width = bounds.width - 2 * padding;
  const height = bounds.height - captionHeight - 2 * padding;
  const selected = selectedLayer.value;
  const isSelected = selected?.place === place && group.layers.some(({ name }) => name === selected.layer);
  const finish = group.layers.slice(1).map(shortName);
  const draw = (context: CanvasRenderingContext2D): void => {
    if (layer.className === 'InputLayer') {
      const image = looks[place].value?.image;
      const side = Math.min(width, height);
      if (image) drawPixels(context, image, { x: (width - side) / 2, y: 0, width: side, height: side });
    } else if (output.value) {
      drawSome(context, output.value, { width, height, thumbnail }, settings.sharesScale.value);
    }
  };
  return (
    <li style={px({ ...bounds })}>
      <button
        ref={button}
        type="button"
        class="box"
        data-group={group.id}
        data-layer={layer.name}
        tabIndex={isReachable ? 0 : -1}
        aria-pressed={isSelected}
        title={group.layers.map(({ name }) => name).join(' → ')}
        onFocus={onFocus}
        onClick={onOpen}
      >
        <Canvas {...{ width, height, draw }} inputs={[layer]} />
        <span class="caption">
          <b>{shortName(group.layers[0])}</b>{' '}
          <small>{finish.length > 0 ? finish.join(' · ') : shortShape(layer)}</small>
          <span class="spoken">{texts.network.box(shapeText(layer), group.id)}</span>
        </span>
      </button>
    </li>
  );
}

/** As many maps as fit, from the first; a list of units as a whole. */
function drawSome(
  context: CanvasRenderingContext2D,
  output: Output,
  {
    width,
    height,
    thumbnail,
  }: { readonly width: number; readonly height: number; readonly thumbnail: number },
  sharesScale: boolean,
): void {
  if (output.isList) {
    const columns = columnsFor(output.channels, { width, height });
    const cell = Math.min(width / columns, height / Math.ceil(output.channels / columns));
    const rows = Math.ceil(output.channels / columns);
    const place = { x: (width - cell * columns) / 2, y: 0, width: cell * columns, height: cell * rows };
    drawList(context, output.values, columns, place, largestIn(output));
    outline(context, place);
    return;
  }
  const step = thumbnail + thumbnailGap;
  const [columns, rows] = [
    Math.floor((width + thumbnailGap) / step),
    Math.floor((height + thumbnailGap) / step),
  ];
  const shown = Math.min(output.channels, columns * rows);
  const largest = sharesScale ? largestIn(output) : undefined;
  for (let channel = 0; channel < shown; channel++) {
    const place = {
      x: (channel % columns) * step,
      y: Math.floor(channel / columns) * step,
      width: thumbnail,
      height: thumbnail,
    };
    drawMap(context, output, channel, place, largest);
    outline(context, place);
  }
}
