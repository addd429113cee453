import { duration } from '../show/format';
import { cut, type Display, plain, Row, type Screen, stopText } from './display';
import { batchSecondsLeft, secondsLeft } from './estimate';
import { type Outcome, outcomeText } from './outcome';
import type { Progress } from './run';
import type { StopStage } from './stop-signals';

/** How often the terminal is redrawn, in ms. */
const REDRAW_MS = 200;
const CLEAR_TO_END = '\u001b[J';

/** A batch on a terminal: a line for each running notebook, redrawn in place below those that have ended. */
export class TerminalDisplay implements Display {
  private readonly rows = new Map<number, Row>();
  private readonly outcomes: Outcome[] = [];
  private readonly started = performance.now();
  private readonly nameWidth: number;
  private readonly timer: NodeJS.Timeout;
  private before: readonly (readonly number[])[] = [];
  /** How many lines on the screen will be overwritten. */
  private drawn = 0;
  private stops = false;

  constructor(
    private readonly screen: Screen,
    private readonly jobs: number,
    private readonly names: readonly string[],
  ) {
    this.nameWidth = Math.min(40, Math.max(...names.map(({ length }) => length)));
    this.timer = setInterval(() => {
      this.draw();
    }, REDRAW_MS);
    this.timer.unref();
  }

  plan(before: readonly (readonly number[])[]): void {
    this.before = before;
  }

  begin(index: number, name: string): void {
    this.rows.set(index, new Row(name, this.before.at(index) ?? []));
    this.draw();
  }

  say(index: number, text: string): void {
    this.rows.get(index)?.say(text);
  }

  progress(index: number, progress: Progress): void {
    this.rows.get(index)?.advance(progress);
  }

  end(index: number, outcome: Outcome): void {
    this.rows.delete(index);
    this.outcomes.push(outcome);
    this.draw(` ${this.padded(outcome.name)}  ${outcomeText(outcome)}`, mark(outcome));
  }

  stopping(stage: StopStage): void {
    this.stops = true;
    this.draw(stopText[stage]);
  }

  close(): void {
    clearInterval(this.timer);
    this.rows.clear();
    this.screen.write(this.eraser());
    this.drawn = 0;
  }

  /**
   * @param above a line to keep above the redrawn ones
   * @param before its mark, one character wide
   */
  private draw(above = '', before = ''): void {
    const lines = [...[...this.rows.values()].map((row) => this.rowText(row)), this.footer()];
    // A line that wraps can't be overwritten. The summary has the full text.
    const width = (this.screen.columns ?? 80) - 1;
    const kept = above === '' ? '' : `${before}${cut(above, width - 1)}\n`;
    const shown = lines.map((line) => `${cut(line, width)}\n`).join('');
    this.screen.write(`${this.eraser()}${kept}${shown}`);
    this.drawn = lines.length;
  }

  private eraser(): string {
    return this.drawn === 0 ? '' : `\u001b[${this.drawn}A\r${CLEAR_TO_END}`;
  }

  private rowText(row: Row): string {
    const left = row.left();
    const parts = [
      `  ${this.padded(row.name)}`,
      row.where(),
      duration(row.seconds()),
      ...(left === undefined ? [] : [`${duration(left)} left`]),
      plain(row.text),
    ];
    return parts.join('  ').trimEnd();
  }

  private footer(): string {
    const failed = this.outcomes.filter(({ status }) => status === 'failed' || status === 'refused').length;
    const waiting = this.names.length - this.outcomes.length - this.rows.size;
    const firstWaiting = this.names.length - waiting;
    const left = batchSecondsLeft(
      [
        ...[...this.rows.values()].map((row) => row.left()),
        ...this.before.slice(firstWaiting).map((cells) => secondsLeft({ cell: 0, cells: 0 }, cells, 0)),
      ],
      this.jobs,
    );
    return [
      `  ${this.outcomes.length} of ${this.names.length} done`,
      ...(failed === 0 ? [] : [`${failed} failed`]),
      duration((performance.now() - this.started) / 1000),
      ...(left === undefined ? [] : [`about ${duration(left)} left`]),
      this.stops ? 'stopping' : 'Ctrl-C stops',
    ].join(' · ');
  }

  private padded(name: string): string {
    return name.length > this.nameWidth
      ? `${name.slice(0, this.nameWidth - 1)}…`
      : name.padEnd(this.nameWidth);
  }
}

function mark({ status }: Outcome): string {
  const colour = (code: number, text: string): string => `\u001b[${code}m${text}\u001b[39m`;
  if (status === 'passed') return colour(32, '✓');
  if (status === 'failed' || status === 'refused') return colour(31, '✗');
  return '-';
}
