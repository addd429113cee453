/**
 * Where the boxes of a network's picture stand. Boxes follow one another along an axis, each one step after the last of
 * those it takes its input from, as in the layered drawings of Sugiyama, Tagawa & Toda 1981
 * (https://doi.org/10.1109/TSMC.1981.4308636); branches lie beside one another across it. What is `along` and `across`
 * becomes x and y, or y and x on a narrow page.
 */

export interface Node {
  readonly id: string;
  readonly inputs: readonly string[];
}

export interface Size {
  readonly along: number;
  readonly across: number;
}

export interface PlacedBox extends Size {
  readonly id: string;
  /** Number of the step, from 0. */
  readonly step: number;
  readonly startAlong: number;
  readonly startAcross: number;
}

/** A line from box to box, along the middles of the gaps that it passes through: [along, across]. */
export interface Route {
  readonly from: string;
  readonly to: string;
  readonly points: readonly (readonly [number, number])[];
}

export interface Layout extends Size {
  readonly boxes: readonly PlacedBox[];
  readonly routes: readonly Route[];
}

export interface LayoutOptions {
  /** @param beside how many boxes stand in the same step */
  readonly sizeOf: (id: string, beside: number) => Size;
  readonly gapAlong: number;
  readonly gapAcross: number;
}

/** What stands in a step: a box, or a line that passes by. */
interface Item {
  readonly id: string;
  readonly isLine: boolean;
  readonly before: Item[];
  readonly after: Item[];
  size: Size;
  /** Its middle. */
  across: number;
}

const lineSize: Size = { along: 0, across: 6 };
const sweeps = 8;

export function layOut(nodes: readonly Node[], { sizeOf, gapAlong, gapAcross }: LayoutOptions): Layout {
  const stepOf = steps(nodes);
  const columns: Item[][] = Array.from({ length: Math.max(-1, ...stepOf.values()) + 1 }, () => []);
  const boxes = new Map<string, Item>();
  const lines: { from: string; to: string; items: Item[] }[] = [];
  for (const { id, inputs } of nodes) {
    const box = item(id, false);
    boxes.set(id, box);
    for (const input of inputs) {
      const passing: Item[] = [];
      for (let step = stepOf.get(input)! + 1; step < stepOf.get(id)!; step++) {
        const line = item(`${input}→${id}`, true);
        passing.push(line);
        columns[step].push(line);
      }
      const items = [boxes.get(input)!, ...passing, box];
      for (const [i, each] of items.slice(1).entries()) connect(items[i], each);
      lines.push({ from: input, to: id, items });
    }
    columns[stepOf.get(id)!].push(box);
  }
  for (const column of columns) {
    const beside = column.filter(({ isLine }) => !isLine).length;
    for (const each of column) if (!each.isLine) each.size = sizeOf(each.id, beside);
  }
  order(columns);
  settle(columns, gapAcross);
  return placed(columns, lines, { stepOf, gapAlong });
}

function item(id: string, isLine: boolean): Item {
  return { id, isLine, before: [], after: [], size: lineSize, across: 0 };
}

function connect(from: Item, to: Item): void {
  from.after.push(to);
  to.before.push(from);
}

/** The longest way from the input to each node. */
function steps(nodes: readonly Node[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { id, inputs } of nodes) {
    found.set(id, Math.max(-1, ...inputs.map((input) => found.get(input) ?? -1)) + 1);
  }
  return found;
}

/** Sorts each step's items as those before them are sorted; lines pass above the boxes that they skip. */
function order(columns: readonly Item[][]): void {
  const place = new Map<Item, number>();
  for (const column of columns) {
    const wish = new Map(
      column.map((each) => [
        each,
        mean(
          each.before.map((one) => place.get(one) ?? 0),
          0,
        ),
      ]),
    );
    const isAbove = (each: Item): number => (each.isLine ? 0 : 1);
    column.sort((a, b) => wish.get(a)! - wish.get(b)! || isAbove(a) - isAbove(b));
    column.forEach((each, i) => place.set(each, i));
  }
}

/** Moves items to where they should be, as far as their neighbours allow. */
function settle(columns: readonly Item[][], gap: number): void {
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const forth = sweep % 2 === 0;
    for (const column of forth ? columns : [...columns].reverse()) {
      const wishes = column.map(wish);
      spread(column, wishes, gap);
    }
  }
}

/** Boxes stand around the axis; lines go on where they come from, or straight past boxes. */
function wish({ isLine, before, after, across }: Item): number {
  if (!isLine) return 0;
  const near = [...before, ...after];
  const lines = near.filter((one) => one.isLine);
  return mean(
    (lines.length > 0 ? lines : near).map((one) => one.across),
    across,
  );
}

function weightOf({ isLine }: Item): number {
  return isLine ? 1e-6 : 1;
}

/**
 * The places nearest to the wishes, by least squares, at which items keep their order and their distance: pools of
 * adjacent violators (Barlow et al. 1972). A line gives way to a box.
 */
function spread(column: readonly Item[], wishes: readonly number[], gap: number): void {
  const offsets: number[] = [];
  column.forEach(({ size }, i) => {
    offsets.push(i === 0 ? 0 : offsets[i - 1] + (column[i - 1].size.across + size.across) / 2 + gap);
  });
  const pools: { weight: number; value: number; count: number }[] = [];
  column.forEach((each, i) => {
    pools.push({ weight: weightOf(each), value: wishes[i] - offsets[i], count: 1 });
    while (pools.length > 1 && pools[pools.length - 2].value > pools[pools.length - 1].value) {
      const last = pools.pop()!;
      const before = pools[pools.length - 1];
      const weight = before.weight + last.weight;
      before.value = (before.value * before.weight + last.value * last.weight) / weight;
      before.weight = weight;
      before.count += last.count;
    }
  });
  const values = pools.flatMap(({ value, count }) => new Array<number>(count).fill(value));
  column.forEach((each, i) => {
    each.across = values[i] + offsets[i];
  });
}

function placed(
  columns: readonly Item[][],
  lines: readonly { readonly from: string; readonly to: string; readonly items: readonly Item[] }[],
  { stepOf, gapAlong }: { readonly stepOf: ReadonlyMap<string, number>; readonly gapAlong: number },
): Layout {
  const all = columns.flat();
  const top = Math.min(0, ...all.map(({ across, size }) => across - size.across / 2));
  const bottom = Math.max(0, ...all.map(({ across, size }) => across + size.across / 2));
  const widths = columns.map((column) => Math.max(...column.map(({ size }) => size.along)));
  const starts = widths.map((_, i) => widths.slice(0, i).reduce((sum, width) => sum + width + gapAlong, 0));
  const boxes = columns.flatMap((column, step) =>
    column
      .filter(({ isLine }) => !isLine)
      .map(({ id, size, across }) => ({
        id,
        step,
        ...size,
        startAlong: starts[step] + (widths[step] - size.along) / 2,
        startAcross: across - size.across / 2 - top,
      })),
  );
  const boxOf = new Map(boxes.map((box) => [box.id, box]));
  const routes = lines.map(({ from, to, items }) => {
    const [first, last] = [boxOf.get(from)!, boxOf.get(to)!];
    const middle = (one: Item): number => one.across - top;
    const passed = items.slice(1, -1).flatMap((line, i): [number, number][] => {
      const step = stepOf.get(from)! + 1 + i;
      return [
        [starts[step], middle(line)],
        [starts[step] + widths[step], middle(line)],
      ];
    });
    const points: [number, number][] = [
      [first.startAlong + first.along, middle(items[0])],
      ...passed,
      [last.startAlong, middle(items[items.length - 1])],
    ];
    return { from, to, points };
  });
  const end = columns.length - 1;
  return {
    boxes,
    routes,
    along: end < 0 ? 0 : starts[end] + widths[end],
    across: bottom - top,
  };
}

function mean(values: readonly number[], otherwise: number): number {
  return values.length === 0 ? otherwise : values.reduce((sum, value) => sum + value, 0) / values.length;
}
