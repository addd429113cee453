/** What the displays of a batch have in common: what they are told, and what is known of a run that goes on. */
import { secondsLeft } from './estimate';
import type { Outcome } from './outcome';
import type { Progress } from './run';
import type { StopStage } from './stop-signals';

/** What is used of a stream. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Told by a batch what happens. `index` is a run's place in the plan. */
export interface Display {
  /** @param before for each run the times of its cells when it ran before, in seconds; empty if unknown */
  plan(before: readonly (readonly number[])[]): void;
  begin(index: number, name: string): void;
  /** Something between begin and end that is no progress of its cells. */
  say(index: number, text: string): void;
  progress(index: number, progress: Progress): void;
  end(index: number, outcome: Outcome): void;
  /** The batch was told to stop: in its own time, or at once. */
  stopping(stage: StopStage): void;
  close(): void;
}

/** One run that goes on. */
export class Row {
  readonly started = performance.now();
  text = '';
  progress: Progress | undefined;
  /** What is done apart from the cells, before them or after. */
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

  /** Such as "cell 3 of 12". */
  where(): string {
    const { progress, status } = this;
    if (status !== undefined || progress === undefined || progress.cells === 0) return status ?? 'starts';
    return `cell ${String(progress.cell + 1).padStart(String(progress.cells).length)} of ${progress.cells}`;
  }
}

/** Text of a notebook without what would move a terminal's cursor or colour it. */
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
