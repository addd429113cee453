/** The original picture, with a frame around the part that the network is given. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { frame, moveFrame, shape, source } from '../../state/picture';
import type { Frame } from '../../state/raster';
import { texts } from '../../texts';
import { arrowStep } from '../parts/arrows';
import { Canvas } from '../parts/canvas';
import { Mark } from '../parts/picker';
import { px } from '../parts/px';

/** The smallest side of a frame, in the original's pixels. */
const smallest = 8;

export function Crop({ width }: { readonly width: number }): JSX.Element {
  const { raster } = source.value;
  const scale = Math.min(width / raster.width, (width * 0.75) / raster.height);
  const [shownWidth, shownHeight] = [Math.round(raster.width * scale), Math.round(raster.height * scale)];
  const area = useRef<HTMLDivElement>(null);
  const drag = useRef<{
    readonly x: number;
    readonly y: number;
    readonly frame: Frame;
    readonly resizes: boolean;
  } | null>(null);
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    area.current!.setPointerCapture(event.pointerId);
    const resizes = event.target instanceof Element && event.target.classList.contains('handle');
    drag.current = { x: event.clientX, y: event.clientY, frame: frame.peek(), resizes };
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (!drag.current) return;
    const { x, y, frame: before, resizes } = drag.current;
    const [dx, dy] = [(event.clientX - x) / scale, (event.clientY - y) / scale];
    if (resizes) resize(before, before.width + Math.max(dx, dy));
    else moveFrame({ ...before, x: before.x + dx, y: before.y + dy });
  };
  const onPointerUp = (): void => {
    drag.current = null;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const now = frame.peek();
    const reach = Math.max(1, now.width / 32);
    const step = arrowStep(event.key);
    if (step) moveFrame({ ...now, x: now.x + step[1] * reach, y: now.y + step[0] * reach });
    else if (event.key === '+' || event.key === '=') resizeAround(now, now.width * 1.1);
    else if (event.key === '-') resizeAround(now, now.width / 1.1);
    else return;
    event.preventDefault();
  };
  const { x, y, ...size } = frame.value;
  return (
    <figure class="crop">
      <div
        ref={area}
        class="crop-area"
        role="application"
        aria-roledescription={texts.crop.role}
        aria-label={texts.crop.label}
        tabIndex={0}
        style={px({ width: shownWidth, height: shownHeight })}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={onPointerUp}
        onKeyDown={onKeyDown}
      >
        <Canvas
          width={shownWidth}
          height={shownHeight}
          draw={(context) => {
            drawWhole(context, shownWidth, shownHeight);
          }}
        />
        <div class="crop-frame">
          <Mark {...{ x, y, ...size }} rows={raster.height} columns={raster.width} />
          <span
            class="handle"
            style={{
              left: `${((x + size.width) / raster.width) * 100}%`,
              top: `${((y + size.height) / raster.height) * 100}%`,
            }}
          />
        </div>
      </div>
      <figcaption>{texts.crop.caption(shape.value)}</figcaption>
    </figure>
  );
}

/** Keeps the upper left corner, as far as the picture reaches. */
function resize(before: Frame, wanted: number): void {
  const { raster } = source.peek();
  const aspect = before.width / before.height;
  const width = Math.max(
    smallest,
    Math.min(wanted, raster.width - before.x, (raster.height - before.y) * aspect),
  );
  moveFrame({ ...before, width, height: width / aspect });
}

/** Keeps the middle. */
function resizeAround(before: Frame, wanted: number): void {
  const width = Math.max(smallest, wanted);
  const height = (width * before.height) / before.width;
  moveFrame({
    x: before.x + (before.width - width) / 2,
    y: before.y + (before.height - height) / 2,
    width,
    height,
  });
}

function drawWhole(context: CanvasRenderingContext2D, width: number, height: number): void {
  const { raster } = source.value;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [raster.width, raster.height];
  const pixels = new ImageData(raster.width, raster.height);
  pixels.data.set(raster.data);
  canvas.getContext('2d')!.putImageData(pixels, 0, 0);
  context.imageSmoothingQuality = 'high';
  context.drawImage(canvas, 0, 0, width, height);
}
