/** The picture: what it is and what is done to it. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { isCropped, shape, source } from '../../state/picture';
import { texts } from '../../texts';
import { useMedia, useWidth } from '../parts/hooks';
import { Crop } from './crop';
import { Stage } from './stage';

/** In CSS pixels. */
const largestStage = { beside: 320, above: 240 };

export function ImagePanel(): JSX.Element {
  const panel = useRef<HTMLElement>(null);
  // On a phone, picture and answer are seen at once.
  const isNarrow = useMedia('(max-width: 699px)');
  const width = Math.min(useWidth(panel), isNarrow ? largestStage.above : largestStage.beside);
  const { name, label } = source.value;
  return (
    <section class="image" ref={panel} aria-label={texts.image.title}>
      {width > 0 && isCropped.value && <Crop width={width} />}
      {width > 0 && (
        <figure>
          <Stage size={width} />
          <figcaption>{texts.image.caption(name, label, shape.value)}</figcaption>
        </figure>
      )}
    </section>
  );
}
