import { duration } from '../show/format';
import { cut, type Display, plain, Row, type Screen, stopText } from './display';
import { type Outcome, outcomeText } from './outcome';
import type { Progress } from './run';
import type { StopStage } from './stop-signals';

/** How often a log reports a running notebook, in ms. */
const HEARTBEAT_MS = 60_000;
/** How many characters of a notebook's output such a line repeats. */
const LONGEST_TEXT = 100;

/** A batch in a log: a line when something starts or ends, and one from time to time to show that it isn't stuck. */
export class LogDisplay implements Display {
  private readonly rows = new Map<number, Row>();
  private before: readonly (readonly number[])[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly screen: Screen,
    private readonly names: readonly string[],
  ) {
    this.timer = setInterval(() => {
      this.heartbeat();
    }, HEARTBEAT_MS);
    this.timer.unref();
  }

  plan(before: readonly (readonly number[])[]): void {
    this.before = before;
  }

  begin(index: number, name: string): void {
    this.rows.set(index, new Row(name, this.before.at(index) ?? []));
  }

  say(index: number, text: string): void {
    this.rows.get(index)?.say(text);
    this.write(index, text);
  }

  progress(index: number, progress: Progress): void {
    this.rows.get(index)?.advance(progress);
  }

  end(index: number, outcome: Outcome): void {
    this.rows.delete(index);
    this.write(index, outcomeText(outcome));
  }

  stopping(stage: StopStage): void {
    this.screen.write(`${stopText[stage]}\n`);
  }

  close(): void {
    clearInterval(this.timer);
  }

  private heartbeat(): void {
    for (const [index, row] of this.rows) {
      const left = row.left();
      const times = `after ${duration(row.seconds())}${left === undefined ? '' : `, ${duration(left)} left`}`;
      this.write(
        index,
        [`${row.where()} ${times}`, cut(plain(row.text), LONGEST_TEXT)].filter(Boolean).join(': '),
      );
    }
  }

  private write(index: number, text: string): void {
    this.screen.write(`[${index + 1}/${this.names.length}] ${this.names[index]}: ${text}\n`);
  }
}
