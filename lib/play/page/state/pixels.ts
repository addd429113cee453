import type { Pixels } from '../engine/types';
import { edited, type ImageShape, noEdits } from './edits';
import { type Raster, scaled, wholeFrame } from './raster';

/** A picture that comes with the page, as a network takes it. */
export function pixelsFor(raster: Raster, shape: ImageShape): Pixels {
  const [height, width] = shape;
  return edited(scaled(raster, wholeFrame(raster), width, height), noEdits, shape);
}
