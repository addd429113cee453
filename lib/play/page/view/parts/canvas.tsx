import { effect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { px } from './px';

export interface CanvasProps {
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Paints in CSS pixels; again whenever a signal that it reads changes, or what it depends on. */
  readonly draw: (context: CanvasRenderingContext2D) => void;
  /** What `draw` depends on beside signals. */
  readonly inputs?: readonly unknown[];
  readonly class?: string;
}

/** A canvas as sharp as the screen, hidden from screen readers: what it shows is said beside it. */
export function Canvas({ width, height, draw, inputs = [], ...rest }: CanvasProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(
    () =>
      effect(() => {
        const element = canvas.current!;
        const density = Math.max(1, Math.min(3, devicePixelRatio));
        const [pixelWidth, pixelHeight] = [Math.round(width * density), Math.round(height * density)];
        if (element.width !== pixelWidth || element.height !== pixelHeight) {
          [element.width, element.height] = [pixelWidth, pixelHeight];
        }
        const context = element.getContext('2d')!;
        context.setTransform(density, 0, 0, density, 0, 0);
        context.clearRect(0, 0, width, height);
        draw(context);
      }),
    [width, height, ...inputs],
  );
  return <canvas ref={canvas} style={px({ width, height })} aria-hidden="true" {...rest} />;
}
