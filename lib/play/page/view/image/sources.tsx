/** Where pictures come from: a file, the camera, a sheet to draw on, the test pictures. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { camera, filmOn, holdMoment, stopCamera } from '../../state/camera';
import { pictureTypes } from '../../state/decode';
import { sourceKind, startDrawing } from '../../state/picture';
import { chosenPicture, choosePicture, type PictureSet, testPictures } from '../../state/pictures';
import { notice, tool } from '../../state/tools';
import { texts } from '../../texts';
import { placeAfter } from '../parts/arrows';
import { Icon } from '../parts/icons';
import { Sideways } from '../parts/sideways';
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
          accept={pictureTypes.join()}
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

/** One below the other, before the next column begins. */
const stripRows = 3;

/** The test pictures to choose from, of one class or of all. */
function Strip({ set }: { readonly set: PictureSet }): JSX.Element {
  const id = useId();
  const wanted = useSignal(-1);
  const list = useRef<HTMLUListElement>(null);
  const shown = [...set.labels.keys()].filter((i) => wanted.value === -1 || set.labels[i] === wanted.value);
  const chosen = chosenPicture.value;
  const reachable = shown.includes(chosen) ? chosen : shown[0];
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = placeAfter(event.key, shown.indexOf(reachable), shown.length, [1, stripRows]);
    if (next === null) return;
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
      <Sideways scroller={list}>
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
      </Sideways>
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
