/** The few signs that buttons carry beside their words. */
import type { JSX } from 'preact';

const paths = {
  open: 'M4 17v3h16v-3M12 16V4m-5 5 5-5 5 5',
  camera: 'M4 8h3l2-3h6l2 3h3v11H4zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z',
  brush: 'M14 4l6 6-8 8H6v-6zM6 18l-3 3',
  move: 'M12 3v18M3 12h18M12 3l-3 3m3-3 3 3M12 21l-3-3m3 3 3-3M3 12l3-3m-3 3 3 3M21 12l-3-3m3 3-3 3',
  cover: 'M5 5h14v14H5zM5 13l8-8M5 19 19 5M11 19l8-8',
  mirror: 'M12 3v18M9 7 3 17h6zM15 7l6 10h-6z',
  reset: 'M5 5v5h5M5.5 10A7.5 7.5 0 1 1 5 14',
  play: 'M7 4l13 8-13 8z',
  pause: 'M8 5v14M16 5v14',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M14 5l-7 7 7 7',
  next: 'M10 5l7 7-7 7',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
