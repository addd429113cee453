/** A map of values over a picture: the values in the palette, or the picture lit where they are large. */
import type { JSX } from 'preact';
import type { Heat } from '../../engine/explain/types';
import type { Pixels } from '../../engine/types';
import { Canvas } from '../parts/canvas';
import { drawMap, drawPixels, type Output } from '../parts/maps';

interface HeatProps {
  readonly heat: Heat;
  /** In CSS pixels. */
  readonly width: number;
}

export function HeatMap({ heat, width }: HeatProps): JSX.Element {
  const height = Math.round((width * heat.height) / heat.width);
  return (
    <Canvas
      width={width}
      height={height}
      inputs={[heat]}
      draw={(context) => {
        drawMap(context, asOutput(heat), 0, { x: 0, y: 0, width, height });
      }}
    />
  );
}

/** The picture, dark where the map is low. */
export function LitPicture({ heat, width, image }: HeatProps & { readonly image: Pixels }): JSX.Element {
  const height = Math.round((width * heat.height) / heat.width);
  return (
    <Canvas
      width={width}
      height={height}
      inputs={[heat, image]}
      draw={(context) => {
        drawPixels(context, lit(image, heat), { x: 0, y: 0, width, height });
      }}
    />
  );
}

/** How bright the picture stays where nothing counts. */
const dimmest = 0.12;

function lit(image: Pixels, heat: Heat): Pixels {
  const largest = heat.values.reduce((most, value) => Math.max(most, value), 0);
  const values = image.values.map((value, i) => {
    const heatHere = Math.max(0, heat.values[Math.floor(i / image.channels)]);
    // The root, so that half the heat is not a quarter of the light.
    const share = largest > 0 ? Math.sqrt(heatHere / largest) : 0;
    return value * (dimmest + (1 - dimmest) * share);
  });
  return { ...image, values };
}

export function asOutput({ height, width, values }: Heat): Output {
  return { values, height, width, channels: 1, isList: false };
}
