/** A map to point at: with the mouse, a finger or the arrow keys. */
import type { ComponentChildren, JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { clamp } from '../../state/raster';
import { arrowStep } from './arrows';
import { Canvas } from './canvas';
import { px } from './px';

export interface PickerProps {
  /** What the map shows, for screen readers. */
  readonly label: string;
  /** The place and its value, for screen readers: `row 3, column 5: 0.82`. */
  readonly valueText: string;
  /** Places down and across. */
  readonly rows: number;
  readonly columns: number;
  /** How many places there are, if the last row is not full. */
  readonly count?: number;
  readonly y: number;
  readonly x: number;
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly draw: (context: CanvasRenderingContext2D) => void;
  readonly inputs?: readonly unknown[];
  readonly onMove: (y: number, x: number) => void;
  /** By Enter, or by a click that did not move. */
  readonly onOpen?: () => void;
  /** Marks over the map. */
  readonly children?: ComponentChildren;
  /** Whether pointing without pressing moves, too. */
  readonly follows?: boolean;
}

export function Picker(props: PickerProps): JSX.Element {
  const { label, valueText, rows, columns, y, x, width, height, draw, inputs, onMove, onOpen } = props;
  const { count = rows * columns, children, follows = false } = props;
  const area = useRef<HTMLDivElement>(null);
  const moveTo = (row: number, column: number): void => {
    const at = clamp(row, 0, rows - 1) * columns + clamp(column, 0, columns - 1);
    const kept = Math.min(at, count - 1);
    onMove(Math.floor(kept / columns), kept % columns);
  };
  const point = (event: PointerEvent): void => {
    const box = area.current!.getBoundingClientRect();
    moveTo(
      Math.floor(((event.clientY - box.top) / box.height) * rows),
      Math.floor(((event.clientX - box.left) / box.width) * columns),
    );
  };
  const jumps: Readonly<Record<string, readonly [number, number] | undefined>> = {
    Home: [0, -columns],
    End: [0, columns],
    PageUp: [-rows, 0],
    PageDown: [rows, 0],
  };
  return (
    <div
      ref={area}
      class="picker"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={count - 1}
      aria-valuenow={y * columns + x}
      aria-valuetext={valueText}
      style={px({ width, height })}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        area.current!.setPointerCapture(event.pointerId);
        point(event);
      }}
      onPointerMove={(event) => {
        const isPressed = area.current!.hasPointerCapture(event.pointerId);
        if (isPressed || (follows && event.pointerType === 'mouse')) point(event);
      }}
      onClick={() => {
        onOpen?.();
      }}
      onKeyDown={(event) => {
        const step = arrowStep(event.key) ?? jumps[event.key];
        if (step) moveTo(y + step[0], x + step[1]);
        else if ((event.key === 'Enter' || event.key === ' ') && onOpen) onOpen();
        else return;
        event.preventDefault();
      }}
    >
      <Canvas width={width} height={height} draw={draw} inputs={inputs} />
      {children}
    </div>
  );
}

/** A frame around some places of a map. */
export function Mark(props: {
  readonly y: number;
  readonly x: number;
  readonly height: number;
  readonly width: number;
  readonly rows: number;
  readonly columns: number;
}): JSX.Element {
  const { y, x, height, width, rows, columns } = props;
  return (
    <span
      class="mark"
      style={{
        left: `${(x / columns) * 100}%`,
        top: `${(y / rows) * 100}%`,
        width: `${(width / columns) * 100}%`,
        height: `${(height / rows) * 100}%`,
      }}
    />
  );
}
