import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX, RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from './icons';

interface SidewaysProps {
  /** What is scrolled, among the children. */
  readonly scroller: RefObject<HTMLElement | null>;
  readonly children: ComponentChildren;
}

/** Of what is in sight, so that something known stays there. */
const pageShare = 0.8;
/** In CSS pixels: less is rounding. */
const least = 4;

/**
 * Something that may be wider than the page: it fades where it goes on, and a button leads there. The keyboard needs none:
 * what is focused is scrolled into sight.
 */
export function Sideways({ scroller, children }: SidewaysProps): JSX.Element {
  const [before, after] = [useSignal(false), useSignal(false)];
  const measure = (): void => {
    // Called when the browser has time: another tab may be open by then.
    if (!scroller.current) return;
    const { scrollLeft, scrollWidth, clientWidth } = scroller.current;
    before.value = scrollLeft > least;
    after.value = scrollLeft + clientWidth < scrollWidth - least;
  };
  // After each change of what is in it, too.
  useEffect(measure);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);
  const scroll = (direction: 1 | -1): void => {
    const { current } = scroller;
    const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
    current!.scrollBy({ left: direction * pageShare * current!.clientWidth, behavior });
  };
  const button = (side: 'before' | 'after', direction: 1 | -1): JSX.Element => (
    <button
      type="button"
      class={`round onward ${side}`}
      aria-hidden="true"
      tabIndex={-1}
      onClick={() => {
        scroll(direction);
      }}
    >
      <Icon name={direction < 0 ? 'back' : 'next'} />
    </button>
  );
  return (
    <div class={`sideways${before.value ? ' more-before' : ''}${after.value ? ' more-after' : ''}`}>
      {children}
      {before.value && button('before', -1)}
      {after.value && button('after', 1)}
    </div>
  );
}
