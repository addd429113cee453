/** The picture as the network sees it, large, to be moved, covered and painted on. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { type Cover, pointBeneath } from '../../state/edits';
import { change, edits, inputFor, shape, source, strokes } from '../../state/picture';
import { clamp } from '../../state/raster';
import { settings } from '../../state/settings';
import type { Stroke } from '../../state/strokes';
import { tool } from '../../state/tools';
import { texts } from '../../texts';
import { arrowStep } from '../parts/arrows';
import { Canvas } from '../parts/canvas';
import { drawPixels } from '../parts/maps';
import { Mark } from '../parts/picker';
import { px } from '../parts/px';

/** Side of the square that a click covers, as a share of the picture. */
const coverShare = 0.25;

type Point = readonly [number, number];

export function Stage({ size }: { readonly size: number }): JSX.Element {
  const area = useRef<HTMLDivElement>(null);
  const [height, width] = shape.value;
  const [shownWidth, shownHeight] = [size, Math.round((size * height) / width)];
  /** Where a drag began, and what was there. */
  const drag = useRef<{
    readonly from: Point;
    readonly moved: Point;
    readonly covers: readonly Cover[];
  } | null>(null);
  /** Where the arrow keys have brought the brush or the cover. */
  const cursor = useSignal<Point>([Math.floor(width / 2), Math.floor(height / 2)]);
  const isByKeys = useSignal(false);
  const square = Math.max(1, Math.round(width * coverShare));

  const pointOf = (event: PointerEvent): Point => {
    const box = area.current!.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * width,
      ((event.clientY - box.top) / box.height) * height,
    ];
  };
  const coverAround = ([x, y]: Point): Cover => ({
    x: Math.round(x - square / 2),
    y: Math.round(y - square / 2),
    width: square,
    height: square,
  });

  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    area.current!.setPointerCapture(event.pointerId);
    isByKeys.value = false;
    const from = pointOf(event);
    const { moveX, moveY, covers } = edits.peek();
    drag.current = { from, moved: [moveX, moveY], covers };
    if (tool.peek() === 'draw') startStroke(from);
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (!drag.current) return;
    const [x, y] = pointOf(event);
    const { from, moved, covers } = drag.current;
    const [dx, dy] = [Math.round(x - from[0]), Math.round(y - from[1])];
    switch (tool.peek()) {
      case 'move':
        change({ moveX: moved[0] + dx, moveY: moved[1] + dy });
        return;
      case 'cover':
        if (dx !== 0 || dy !== 0) change({ covers: [...covers, between(from, [x, y])] });
        return;
      case 'draw':
        continueStroke([x, y]);
    }
  };
  const onPointerUp = (): void => {
    if (!drag.current) return;
    const { from, covers } = drag.current;
    drag.current = null;
    if (tool.peek() === 'cover' && edits.peek().covers.length === covers.length) {
      change({ covers: [...covers, coverAround(from)] });
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = arrowStep(event.key);
    const reach = event.shiftKey ? 4 : 1;
    const { moveX, moveY, covers } = edits.peek();
    if (step && tool.peek() === 'move') {
      change({ moveX: moveX + step[1] * reach, moveY: moveY + step[0] * reach });
    } else if (step) {
      const [x, y] = cursor.peek();
      const next: Point = [clamp(x + step[1] * reach, 0, width), clamp(y + step[0] * reach, 0, height)];
      if (tool.peek() === 'draw' && event.ctrlKey) {
        if (strokes.peek().length === 0) startStroke([x, y]);
        continueStroke(next);
      }
      cursor.value = next;
      isByKeys.value = true;
    } else if ((event.key === 'Enter' || event.key === ' ') && tool.peek() !== 'move') {
      if (tool.peek() === 'cover') change({ covers: [...covers, coverAround(cursor.peek())] });
      else startStroke(cursor.peek());
      isByKeys.value = true;
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      undoLast();
    } else return;
    event.preventDefault();
  };

  const brush = settings.brushSize.value * width;
  const mark = tool.value === 'draw' ? brush : square;
  const { name, label } = source.value;
  return (
    <div
      ref={area}
      class={`stage tool-${tool.value}`}
      role="application"
      aria-roledescription={texts.image.role}
      aria-label={`${texts.image.stage(name, label)} ${texts.image.keys[tool.value]}`}
      tabIndex={0}
      style={px({ width: shownWidth, height: shownHeight })}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerUp}
      onKeyDown={onKeyDown}
      onBlur={() => {
        isByKeys.value = false;
      }}
    >
      <Canvas
        width={shownWidth}
        height={shownHeight}
        inputs={[shape.value]}
        draw={(context) => {
          const place = { x: 0, y: 0, width: shownWidth, height: shownHeight };
          drawPixels(context, inputFor(shape.value).value, place);
        }}
      />
      {isByKeys.value && tool.value !== 'move' && (
        <Mark
          x={cursor.value[0] - mark / 2}
          y={cursor.value[1] - mark / 2}
          width={mark}
          height={mark}
          rows={height}
          columns={width}
        />
      )}
    </div>
  );
}

/** Takes the last cover or stroke away. */
export function undoLast(): void {
  if (tool.peek() === 'draw') strokes.value = strokes.peek().slice(0, -1);
  else change({ covers: edits.peek().covers.slice(0, -1) });
}

function startStroke(at: Point): void {
  const stroke: Stroke = {
    colour: colourOf(settings.brushColour.peek()),
    size: settings.brushSize.peek(),
    points: [beneath(at)],
  };
  strokes.value = [...strokes.peek(), stroke];
}

function continueStroke(to: Point): void {
  const all = strokes.peek();
  const last = all[all.length - 1];
  strokes.value = [...all.slice(0, -1), { ...last, points: [...last.points, beneath(to)] }];
}

/** Paint sticks to the picture, however it was moved. */
function beneath([x, y]: Point): Point {
  const [height, width] = shape.peek();
  const [px, py] = pointBeneath(x, y, edits.peek(), shape.peek());
  return [px / width, py / height];
}

/** All pixels that a drag from corner to corner touched. */
function between(from: Point, to: Point): Cover {
  const [left, right] = [Math.min(from[0], to[0]), Math.max(from[0], to[0])];
  const [top, bottom] = [Math.min(from[1], to[1]), Math.max(from[1], to[1])];
  const [x, y] = [Math.floor(left), Math.floor(top)];
  return { x, y, width: Math.ceil(right) - x, height: Math.ceil(bottom) - y };
}

/** @param text as colour inputs give it: `#rrggbb` */
function colourOf(text: string): [number, number, number] {
  return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16)) as [number, number, number];
}
