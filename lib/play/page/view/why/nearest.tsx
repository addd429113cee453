/** The test pictures that the network finds most alike. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { source } from '../../state/picture';
import { choosePicture, testPictures } from '../../state/pictures';
import type { Raster } from '../../state/raster';
import { indexed, keepNeighbours, nearestError, neighbours } from '../../state/why/nearest';
import { number, texts } from '../../texts';
import { Explanation } from './explanation';

export function Nearest(): JSX.Element {
  useEffect(keepNeighbours, []);
  const set = testPictures.value;
  const { done, total } = indexed.value;
  return (
    <Explanation name="nearest" title={texts.why.nearest.title} about={texts.why.nearest.about}>
      {set ? (
        <>
          <ol class="neighbours" data-done={done} data-total={total}>
            {neighbours.value.map(({ index, distance }) => {
              const name = set.classNames[set.labels[index]];
              return (
                <li key={index}>
                  <button
                    type="button"
                    data-index={index}
                    data-distance={distance}
                    aria-current={set.pictures[index] === source.value.raster}
                    onClick={() => {
                      choosePicture(set, index);
                    }}
                  >
                    <Picture raster={set.pictures[index]} />
                    <span>{name}</span>
                    <small>{number(distance)}</small>
                    <span class="spoken">{texts.why.nearest.choose(index + 1)}</span>
                  </button>
                </li>
              );
            })}
          </ol>
          <p class="hint">{texts.why.nearest.among(done, total)}</p>
        </>
      ) : (
        <p class="none">{texts.why.nearest.none}</p>
      )}
      <p class="notice" role="alert">
        {nearestError.value}
      </p>
    </Explanation>
  );
}

function Picture({ raster: { width, height, data } }: { readonly raster: Raster }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const pixels = new ImageData(width, height);
    pixels.data.set(data);
    canvas.current!.getContext('2d')!.putImageData(pixels, 0, 0);
  }, [data]);
  return <canvas ref={canvas} width={width} height={height} aria-hidden="true" />;
}
