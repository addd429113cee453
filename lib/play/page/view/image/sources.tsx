/** Where pictures come from: a file, the camera, a sheet to draw on, the test pictures. */
import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { camera, filmOn, holdMoment, stopCamera } from '../../state/camera';
import { source, sourceKind, startDrawing } from '../../state/picture';
import { type PictureSet, testPictures } from '../../state/pictures';
import { choosePicture } from '../../state/start';
import { notice, tool } from '../../state/tools';
import { texts } from '../../texts';
import { Icon } from '../parts/icons';
import { takeCamera, takeFile } from './take';

export function Sources(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const set = testPictures.value;
  return (
    <div class="sources">
      <div class="buttons" role="group" aria-label={texts.sources.label}>
        <button
          type="button"
          onClick={() => {
            input.current!.click();
          }}
        >
          <Icon name="open" />
          {texts.sources.open}
        </button>
        <button type="button" disabled={camera.value === 'starting'} onClick={() => void takeCamera()}>
          <Icon name="camera" />
          {texts.sources.useCamera}
        </button>
        <button
          type="button"
          onClick={() => {
            notice.value = null;
            startDrawing(texts.sources.drawing);
            tool.value = 'draw';
          }}
        >
          <Icon name="brush" />
          {texts.sources.draw}
        </button>
        <input
          ref={input}
          class="file"
          type="file"
          accept="image/png,image/jpeg,image/webp"
          tabIndex={-1}
          aria-label={texts.sources.open}
          onChange={(event) => {
            const file = event.currentTarget.files?.item(0);
            if (file) void takeFile(file);
            // The same file can be chosen again.
            event.currentTarget.value = '';
          }}
        />
      </div>
      <p class="hint">{texts.sources.hint}</p>
      <p class="notice" role="alert">
        {notice.value}
      </p>
      {sourceKind.value === 'camera' && camera.value !== 'off' && <CameraControls />}
      {set && <Strip set={set} />}
    </div>
  );
}

function CameraControls(): JSX.Element {
  const isLive = camera.value === 'live';
  return (
    <div class="buttons" role="group" aria-label={texts.sources.camera}>
      <button type="button" onClick={isLive ? holdMoment : filmOn}>
        <Icon name={isLive ? 'pause' : 'play'} />
        {isLive ? texts.sources.hold : texts.sources.film}
      </button>
      <button type="button" onClick={stopCamera}>
        <Icon name="close" />
        {texts.sources.stop}
      </button>
    </div>
  );
}

/** The test pictures in a row, of one class or of all. */
function Strip({ set }: { readonly set: PictureSet }): JSX.Element {
  const id = useId();
  const wanted = useSignal(-1);
  const list = useRef<HTMLUListElement>(null);
  const shown = [...set.labels.keys()].filter((i) => wanted.value === -1 || set.labels[i] === wanted.value);
  // Not each moment of a film is a reason to render them all anew.
  const chosen = useComputed(() => set.pictures.indexOf(source.value.raster)).value;
  const reachable = shown.includes(chosen) ? chosen : shown[0];
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = shown.indexOf(reachable);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (next === undefined || next < 0 || next >= shown.length) return;
    event.preventDefault();
    choosePicture(set, shown[next]);
    list.current!.querySelectorAll<HTMLElement>('button')[next].focus();
  };
  return (
    <div class="strip">
      <div class="strip-head">
        <label for={id}>{set.title}</label>
        <select
          id={id}
          aria-label={texts.sources.ofClass(set.title)}
          value={wanted.value}
          onChange={(event) => {
            wanted.value = Number(event.currentTarget.value);
          }}
        >
          <option value={-1}>{texts.sources.allClasses}</option>
          {set.classNames.map((name, i) => (
            <option key={name} value={i}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <ul ref={list} onKeyDown={onKeyDown}>
        {shown.map((index) => (
          <li key={index}>
            <button
              type="button"
              tabIndex={index === reachable ? 0 : -1}
              aria-pressed={index === chosen}
              aria-label={texts.sources.picture(index + 1, set.classNames[set.labels[index]])}
              title={set.classNames[set.labels[index]]}
              onClick={() => {
                notice.value = null;
                choosePicture(set, index);
              }}
            >
              <Thumbnail set={set} index={index} />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Thumbnail({ set, index }: { readonly set: PictureSet; readonly index: number }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, data } = set.pictures[index];
  useEffect(() => {
    const pixels = new ImageData(width, height);
    pixels.data.set(data);
    canvas.current!.getContext('2d')!.putImageData(pixels, 0, 0);
  }, [data]);
  return <canvas ref={canvas} width={width} height={height} aria-hidden="true" />;
}
