/** What the displays of a batch share: the events they receive, and the state of a running notebook. */
import { secondsLeft } from './estimate';
import type { Outcome } from './outcome';
import type { Progress } from './run';
import type { StopStage } from './stop-signals';

/** The part of a stream that is used here. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Receives a batch's events. `index` is a run's place in the plan. */
export interface Display {
  /** @param before for each run, the times of its cells in the previous run, in seconds; empty if unknown */
  plan(before: readonly (readonly number[])[]): void;
  begin(index: number, name: string): void;
  /** A step before or after the cells. */
  say(index: number, text: string): void;
  progress(index: number, progress: Progress): void;
  end(index: number, outcome: Outcome): void;
  /** The batch was asked to stop: gently, or at once. */
  stopping(stage: StopStage): void;
  close(): void;
}

/** A running notebook. */
export class Row {
  readonly started = performance.now();
  text = '';
  progress: Progress | undefined;
  /** The step before or after the cells, if it is in one. */
  private status: string | undefined = 'starts';
  private cellStarted = performance.now();

  constructor(
    readonly name: string,
    private readonly before: readonly number[],
  ) {}

  advance(progress: Progress): void {
    if (progress.cell !== this.progress?.cell) this.cellStarted = performance.now();
    this.progress = progress;
    this.text = progress.text;
    this.status = undefined;
  }

  say(status: string): void {
    this.status = status;
    this.text = '';
  }

  seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  left(): number | undefined {
    const { progress = { cell: 0, cells: 0 }, before } = this;
    return secondsLeft(progress, before, (performance.now() - this.cellStarted) / 1000);
  }

  /** For example "cell 3 of 12". */
  where(): string {
    const { progress, status } = this;
    if (status !== undefined || progress === undefined || progress.cells === 0) return status ?? 'starts';
    return `cell ${String(progress.cell + 1).padStart(String(progress.cells).length)} of ${progress.cells}`;
  }
}

/** A notebook's text without control characters, which would move a terminal's cursor or change its colours. */
export function plain(text: string): string {
  return text.replace(/\u001b\[[\d;]*[A-Za-z]/g, '').replace(/[\u0000-\u001f\u007f]/g, ' ');
}

export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

export const stopText: Readonly<Record<StopStage, string>> = {
  interrupt: 'Stopping: what trains saves first. Ctrl-C again ends everything at once.',
  kill: 'Ending at once.',
};
