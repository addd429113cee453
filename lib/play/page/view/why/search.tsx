/** What optimising the input makes of the class. */
import type { JSX } from 'preact';
import { useEffect, useId } from 'preact/hooks';
import { classIndex, explained } from '../../state/why/question';
import {
  found,
  isSearching,
  mostSteps,
  searchError,
  searchSeed,
  startSearch,
  stopSearch,
} from '../../state/why/search';
import { texts } from '../../texts';
import { Canvas } from '../parts/canvas';
import { Icon } from '../parts/icons';
import { drawPixels } from '../parts/maps';
import { px } from '../parts/px';
import { SeedInput } from '../parts/seed-input';
import { Explanation } from './explanation';

/** In CSS pixels. */
const side = 224;

export function Search(): JSX.Element {
  const seed = useId();
  useEffect(() => stopSearch, []);
  const network = explained.value;
  const names = network?.pack.classNames ?? [];
  const result = found.value?.network === network ? found.value : null;
  const isAtEnd = result !== null && result.steps >= mostSteps;
  return (
    <Explanation name="search" title={texts.why.search.title} about={texts.why.search.about}>
      <div class="search-figure">
        <figure>
          {result ? (
            <Canvas
              width={side}
              height={side}
              inputs={[result.pixels]}
              draw={(context) => {
                drawPixels(context, result.pixels, { x: 0, y: 0, width: side, height: side });
              }}
            />
          ) : (
            <div class="blank" style={px({ width: side, height: side })} aria-hidden="true" />
          )}
          <figcaption data-steps={result?.steps ?? 0} data-share={result?.share}>
            {result
              ? texts.why.search.state(result.steps, names[result.classIndex], result.share)
              : texts.why.search.blank}
          </figcaption>
        </figure>
        <div class="controls">
          <div class="buttons">
            <button type="button" onClick={isSearching.value ? stopSearch : () => void startSearch()}>
              <Icon name={isSearching.value ? 'pause' : 'play'} />
              {isSearching.value
                ? texts.why.search.stop
                : texts.why.search.start(names[classIndex.value ?? 0] ?? '', isAtEnd)}
            </button>
          </div>
          <label class="number" for={seed}>
            {texts.why.search.seed}
            <SeedInput
              id={seed}
              value={searchSeed.value}
              disabled={isSearching.value}
              onChange={(chosen) => {
                searchSeed.value = chosen;
              }}
            />
          </label>
        </div>
      </div>
      <p class="notice" role="alert">
        {searchError.value}
      </p>
    </Explanation>
  );
}
