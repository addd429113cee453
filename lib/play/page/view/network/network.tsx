/** A network as a picture: its layers with their maps, and what flows where. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import type { LoadedNetwork } from '../../engine/types';
import { openLayer, selectedLayer } from '../../state/selection';
import { settings } from '../../state/settings';
import { texts } from '../../texts';
import { arrowStep } from '../parts/arrows';
import { useMedia, useWidth } from '../parts/hooks';
import { Box } from './box';
import { type Bounds, type Direction, gaps, sizesFor, thumbnails } from './dimensions';
import { type Group, groupsOf, lastOf } from './groups';
import { type Layout, layOut, type PlacedBox } from './layout';
import { px } from '../parts/px';
import { Sideways } from '../parts/sideways';

export function NetworkPicture({
  place,
  network,
}: {
  readonly place: number;
  readonly network: LoadedNetwork;
}): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const direction: Direction = useMedia('(max-width: 599px)') ? 'down' : 'right';
  const joins = settings.groupsLayers.value;
  const groups = useMemo(() => groupsOf(network.layers, joins), [network, joins]);
  return (
    <Sideways scroller={frame}>
      <div
        class={`network ${direction}`}
        ref={frame}
        role="group"
        aria-label={texts.network.label(network.pack.title)}
      >
        {width > 0 && <Picture key={direction} {...{ place, groups, direction, width }} />}
      </div>
    </Sideways>
  );
}

interface PictureProps {
  readonly place: number;
  readonly groups: readonly Group[];
  readonly direction: Direction;
  /** Of the page's column, in CSS pixels. */
  readonly width: number;
}

function Picture({ place, groups, direction, width }: PictureProps): JSX.Element {
  const { layout, thumbnail } = useMemo(() => fitted(groups, direction, width), [groups, direction, width]);
  const list = useRef<HTMLOListElement>(null);
  const focused = useSignal(groups[0]?.id ?? '');
  const isKnown = groups.some(({ id }) => id === focused.value);
  const [across, down] =
    direction === 'right' ? [layout.along, layout.across] : [layout.across, layout.along];
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = neighbour(layout, focused.peek(), event.key, direction);
    if (next === null) return;
    event.preventDefault();
    focused.value = next;
    const boxes = [...list.current!.querySelectorAll<HTMLElement>('[data-group]')];
    boxes.find(({ dataset }) => dataset['group'] === next)?.focus();
  };
  return (
    <div class="drawing" style={px({ width: across, height: down })}>
      <Lines layout={layout} direction={direction} place={place} groups={groups} />
      <ol ref={list} onKeyDown={onKeyDown}>
        {groups.map((group, i) => {
          const box = layout.boxes.find(({ id }) => id === group.id)!;
          return (
            <Box
              key={group.id}
              {...{ place, group, thumbnail }}
              bounds={boundsOf(box, direction)}
              isReachable={isKnown ? group.id === focused.value : i === 0}
              onFocus={() => {
                focused.value = group.id;
              }}
              onOpen={() => {
                openLayer(place, lastOf(group).name);
              }}
            />
          );
        })}
      </ol>
    </div>
  );
}

/** As large as lets the picture fit the page; one that doesn't fit at the smallest size is scrolled. */
function fitted(
  groups: readonly Group[],
  direction: Direction,
  width: number,
): { readonly layout: Layout; readonly thumbnail: number } {
  const { smallest, largest } = thumbnails[direction];
  const laidOut = (thumbnail: number): Layout => {
    const sizes = sizesFor(direction, width, thumbnail);
    const byId = new Map(groups.map((group) => [group.id, group]));
    return layOut(groups, {
      ...gaps[direction],
      sizeOf: (id, beside) => {
        const size = sizes(byId.get(id)!, beside);
        return direction === 'right'
          ? { along: size.width, across: size.height }
          : { along: size.height, across: size.width };
      },
    });
  };
  for (let thumbnail: number = largest; thumbnail > smallest; thumbnail -= 2) {
    const layout = laidOut(thumbnail);
    if (layout.along <= width) return { layout, thumbnail };
  }
  return { layout: laidOut(smallest), thumbnail: smallest };
}

function Lines({
  layout,
  direction,
  place,
  groups,
}: {
  readonly layout: Layout;
  readonly direction: Direction;
  readonly place: number;
  readonly groups: readonly Group[];
}): JSX.Element {
  const selected = selectedLayer.value;
  const isOn = (id: string): boolean =>
    selected?.place === place &&
    groups.some((group) => group.id === id && group.layers.some(({ name }) => name === selected.layer));
  const [across, down] =
    direction === 'right' ? [layout.along, layout.across] : [layout.across, layout.along];
  return (
    <svg class="lines" width={across} height={down} aria-hidden="true">
      {layout.routes.map(({ from, to, points }) => (
        <path
          key={`${from} ${to}`}
          class={isOn(from) || isOn(to) ? 'on' : undefined}
          d={curve(points, direction)}
        />
      ))}
    </svg>
  );
}

/** Straight through each step, and in a soft S from one to the next. */
function curve(points: readonly (readonly [number, number])[], direction: Direction): string {
  const text = (along: number, across: number): string => {
    const [x, y] = direction === 'right' ? [along, across] : [across, along];
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  return points
    .map(([along, across], i) => {
      if (i === 0) return `M${text(along, across)}`;
      const [beforeAlong, beforeAcross] = points[i - 1];
      const middle = (beforeAlong + along) / 2;
      return `C${text(middle, beforeAcross)} ${text(middle, across)} ${text(along, across)}`;
    })
    .join('');
}

function boundsOf({ startAlong, startAcross, along, across }: PlacedBox, direction: Direction): Bounds {
  return direction === 'right'
    ? { left: startAlong, top: startAcross, width: along, height: across }
    : { left: startAcross, top: startAlong, width: across, height: along };
}

/** The box that an arrow key leads to; null for other keys, or where there is none. */
function neighbour(layout: Layout, id: string, key: string, direction: Direction): string | null {
  const { boxes } = layout;
  const current = boxes.find((box) => box.id === id);
  if (!current) return null;
  if (key === 'Home') return boxes[0].id;
  if (key === 'End') return boxes[boxes.length - 1].id;
  const step = arrowStep(key);
  if (step === null) return null;
  const [along, across] = direction === 'right' ? [step[1], step[0]] : step;
  const middle = ({ startAcross, across }: PlacedBox): number => startAcross + across / 2;
  const distance = (box: PlacedBox): number => Math.abs(middle(box) - middle(current));
  const nearest = (found: PlacedBox[]): string | null =>
    found.sort((a, b) => distance(a) - distance(b)).at(0)?.id ?? null;
  if (along !== 0) return nearest(boxes.filter((box) => box.step === current.step + along));
  const beside = boxes.filter((box) => box.step === current.step);
  return nearest(beside.filter((box) => (middle(box) - middle(current)) * across > 0));
}
