/** The first layer while it learns: its filters as pictures, and the maps that they make of one picture. */
import type { JSX } from 'preact';
import type { Pixels, Weight } from '../../engine/types';
import { bestOf } from '../../state/best';
import { data, inside, watchedPicture } from '../../state/train';
import { texts } from '../../texts';
import { Canvas } from '../parts/canvas';
import { drawMap, drawPixels } from '../parts/maps';

/** In CSS pixels. */
const filterSide = 72;
const mapSide = 96;

export function InsideNetwork(): JSX.Element | null {
  const shown = inside.value;
  const picture = watchedPicture.value;
  if (!shown || !picture) return null;
  const [height, width, channels] = shown.mapShape;
  const filters = filtersOf(shown.filters);
  const best = bestOf(shown.probabilities);
  const mapHeight = Math.round((mapSide * height) / width);
  return (
    <div class="inside">
      <section aria-labelledby="filters-title">
        <h3 id="filters-title">{texts.train.filters}</h3>
        <p class="hint">{texts.train.filtersAbout}</p>
        <ul class="filters">
          {filters.map((filter, i) => (
            <li key={i}>
              <Canvas
                width={filterSide}
                height={filterSide}
                inputs={[filter]}
                draw={(context) => {
                  drawPixels(context, filter, { x: 0, y: 0, width: filterSide, height: filterSide });
                }}
              />
              <span class="spoken">{texts.train.filter(i + 1)}</span>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="maps-title">
        <h3 id="maps-title">{texts.train.maps}</h3>
        <p class="hint">{texts.train.mapsAbout(picture.label)}</p>
        <ul class="learning-maps">
          <li>
            <Canvas
              width={mapSide}
              height={mapSide}
              inputs={[picture]}
              draw={(context) => {
                drawPixels(context, picture.pixels, { x: 0, y: 0, width: mapSide, height: mapSide });
              }}
            />
            <span class="spoken">{picture.label}</span>
          </li>
          {Array.from({ length: channels }, (_, channel) => (
            <li key={channel}>
              <Canvas
                width={mapSide}
                height={mapHeight}
                inputs={[shown]}
                draw={(context) => {
                  const output = { values: shown.maps, height, width, channels, isList: false };
                  drawMap(context, output, channel, { x: 0, y: 0, width: mapSide, height: mapHeight });
                }}
              />
              <span class="spoken">{texts.layers.map(channel + 1)}</span>
            </li>
          ))}
        </ul>
        <p>{texts.train.guess(data.value!.heldOut.classNames[best], shown.probabilities[best])}</p>
      </section>
    </div>
  );
}

/** A kernel's filters as pictures on one scale: middle grey is a weight of zero. */
function filtersOf({ shape, values }: Weight): Pixels[] {
  const [height, width, channels, filters] = shape;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return Array.from({ length: filters }, (_, filter) => {
    const pixels = Float32Array.from(
      { length: height * width * channels },
      (_value, i) => 0.5 + values[i * filters + filter] / largest / 2,
    );
    return { height, width, channels, values: pixels };
  });
}
