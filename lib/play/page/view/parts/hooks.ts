import { effect, type ReadonlySignal, type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { looks } from '../../state/looking';
import { networks } from '../../state/networks';
import { type Output, outputOf } from './maps';

/**
 * A layer's output for the current picture, fetched anew after each change; null until the first is there.
 * @param isWanted false while it is out of sight: then the last one stays
 */
export function useOutput(
  place: number,
  layer: string,
  isWanted?: ReadonlySignal<boolean>,
): ReadonlySignal<Output | null> {
  const output = useSignal<Output | null>(null);
  useEffect(() => {
    output.value = null;
    let [asked, shown] = [0, 0];
    const stop = effect(() => {
      const look = looks[place].value;
      const info = networks[place].value?.layers.find(({ name }) => name === layer);
      if (!look || !info || isWanted?.value === false) return;
      const number = ++asked;
      void look.output(layer).then(
        (values) => {
          // While the camera films, the newest is seldom there: whatever is newer than what is shown will do.
          if (number <= shown) return;
          shown = number;
          output.value = outputOf(values, info.outputShape);
        },
        () => {
          // Given back meanwhile: a newer look has taken its place.
        },
      );
    });
    return () => {
      stop();
      shown = Infinity;
    };
  }, [place, layer, isWanted]);
  return output;
}

/** Whether an element is in sight, or nearly. */
export function useVisible(element: RefObject<Element | null>): Signal<boolean> {
  const isVisible = useSignal(false);
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        isVisible.value = entries[entries.length - 1].isIntersecting;
      },
      { rootMargin: '100px' },
    );
    observer.observe(element.current!);
    return () => {
      observer.disconnect();
    };
  }, []);
  return isVisible;
}

/** The width that an element has, in CSS pixels; 0 before it is laid out. */
export function useWidth(element: RefObject<Element | null>): number {
  const width = useSignal(0);
  useEffect(() => {
    const observer = new ResizeObserver((entries) => {
      width.value = Math.floor(entries[entries.length - 1].contentRect.width);
    });
    observer.observe(element.current!);
    return () => {
      observer.disconnect();
    };
  }, []);
  return width.value;
}

/** Whether a media query holds, now and later. */
export function useMedia(query: string): boolean {
  const matches = useSignal(matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const follow = (): void => {
      matches.value = list.matches;
    };
    list.addEventListener('change', follow);
    return () => {
      list.removeEventListener('change', follow);
    };
  }, [query]);
  return matches.value;
}

/** Calls a function each so many milliseconds while it is wanted. */
export function useInterval(act: () => void, milliseconds: number, isWanted: boolean): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    if (!isWanted) return undefined;
    const timer = setInterval(() => {
      latest.current();
    }, milliseconds);
    return () => {
      clearInterval(timer);
    };
  }, [milliseconds, isWanted]);
}
