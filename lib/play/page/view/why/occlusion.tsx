/** Covering parts of the picture: a square to drag, and the map of what it does. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { bestOf } from '../../state/best';
import { clamp } from '../../state/raster';
import {
  coveredPicture,
  dropMap,
  grid,
  isSweeping,
  keepOcclusion,
  measuredCount,
  movePatch,
  occlusionError,
  patchSize,
  patchSizes,
  place,
  sharesUnder,
  stopSweep,
  sweepAll,
} from '../../state/why/occlusion';
import { classIndex, explained, probabilities } from '../../state/why/question';
import { texts } from '../../texts';
import { Canvas } from '../parts/canvas';
import { useWidth } from '../parts/hooks';
import { Icon } from '../parts/icons';
import { drawMap, drawPixels } from '../parts/maps';
import { Mark, Picker } from '../parts/picker';
import { px } from '../parts/px';
import { Explanation } from './explanation';
import { asOutput } from './heat-picture';

/** The side of a picture, in CSS pixels, at most. */
const largest = 340;
/** Between the two pictures, in CSS pixels. */
const gap = 24;

export function Occlusion(): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const available = useWidth(frame);
  useEffect(keepOcclusion, []);
  const isNarrow = available < 380;
  const side = Math.min(largest, isNarrow ? available : Math.floor((available - gap) / 2));
  return (
    <Explanation name="occlusion" title={texts.why.occlusion.title} about={texts.why.occlusion.about}>
      <div class="pair" ref={frame}>
        {grid.value && side > 0 && (
          <>
            <figure>
              <Square side={side} />
              <figcaption>{texts.why.occlusion.drag}</figcaption>
            </figure>
            <figure>
              <DropMap side={side} />
              <figcaption>{texts.why.occlusion.map(className(), strongest())}</figcaption>
            </figure>
          </>
        )}
      </div>
      <Reading />
      <Controls />
      <p class="notice" role="alert">
        {occlusionError.value}
      </p>
    </Explanation>
  );
}

function className(): string {
  return explained.value?.pack.classNames[classIndex.value ?? 0] ?? '';
}

/** The picture with the square on it. */
function Square({ side }: { readonly side: number }): JSX.Element | null {
  const places = grid.value;
  const picture = coveredPicture.value;
  if (!places || !picture) return null;
  const row = clamp(place.value.row, 0, places.rows - 1);
  const column = clamp(place.value.column, 0, places.columns - 1);
  const patch = places.patches[row * places.columns + column];
  const height = Math.round((side * picture.height) / picture.width);
  return (
    <Picker
      label={texts.why.occlusion.label}
      valueText={texts.why.occlusion.spoken(
        texts.inspector.where(row + 1, column + 1),
        className(),
        shareUnder(),
      )}
      rows={places.rows}
      columns={places.columns}
      y={row}
      x={column}
      width={side}
      height={height}
      inputs={[picture]}
      draw={(context) => {
        drawPixels(context, picture, { x: 0, y: 0, width: side, height });
      }}
      onMove={movePatch}
    >
      <Mark {...patch} height={patch.size} width={patch.size} rows={picture.height} columns={picture.width} />
    </Picker>
  );
}

/** The class's probability under the square; null before it is measured. */
function shareUnder(): number | null {
  return sharesUnder.value && classIndex.value !== null ? sharesUnder.value[classIndex.value] : null;
}

/** The fall, or rise, that is drawn at full strength. */
function strongest(): number {
  let most = 0.1;
  // A fall of 5 % is not drawn as if it were the whole; what is not measured is no number and not larger.
  for (const value of dropMap.value?.values ?? []) if (Math.abs(value) > most) most = Math.abs(value);
  return most;
}

function DropMap({ side }: { readonly side: number }): JSX.Element | null {
  const map = dropMap.value;
  const places = grid.value;
  if (!map || !places) return null;
  const height = Math.round((side * map.height) / map.width);
  const { row, column } = place.value;
  const known = map.values.filter((value) => !Number.isNaN(value));
  return (
    <div
      class="drop-map"
      style={px({ width: side, height })}
      data-measured={known.length}
      data-strongest={strongest()}
    >
      <Canvas
        width={side}
        height={height}
        inputs={[map]}
        draw={(context) => {
          drawMap(context, asOutput(map), 0, { x: 0, y: 0, width: side, height }, strongest());
        }}
      />
      <Mark y={row} x={column} height={1} width={1} rows={places.rows} columns={places.columns} />
    </div>
  );
}

/** What the square does, in numbers. */
function Reading(): JSX.Element {
  const [shares, under, index] = [probabilities.value, sharesUnder.value, classIndex.value];
  const names = explained.value?.pack.classNames ?? [];
  if (!shares || !under || index === null) return <p class="reading">&nbsp;</p>;
  const best = bestOf(under);
  return (
    <p class="reading" data-before={shares[index]} data-under={under[index]}>
      <b>{names[index]}</b> {texts.answer.exactPercent(shares[index])} →{' '}
      {texts.answer.exactPercent(under[index])}
      {best !== index && ` · ${texts.why.occlusion.now(names[best], under[best])}`}
    </p>
  );
}

function Controls(): JSX.Element {
  const total = grid.value?.patches.length ?? 0;
  const isWhole = measuredCount.value >= total && total > 0;
  return (
    <div class="controls">
      <div class="buttons" role="group" aria-label={texts.why.occlusion.size}>
        {patchSizes.map((size, i) => (
          <button
            key={size}
            type="button"
            aria-pressed={patchSize.value === size}
            onClick={() => {
              patchSize.value = size;
            }}
          >
            {texts.why.occlusion.sizes[i]}
          </button>
        ))}
      </div>
      <div class="buttons">
        <button type="button" disabled={isWhole} onClick={isSweeping.value ? stopSweep : sweepAll}>
          <Icon name={isSweeping.value ? 'pause' : 'play'} />
          {isSweeping.value ? texts.why.occlusion.stop : texts.why.occlusion.sweep}
        </button>
      </div>
      <span class="hint">{texts.why.occlusion.measured(measuredCount.value, total)}</span>
    </div>
  );
}
