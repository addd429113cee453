/** A line of a terminal that tells how far something is; a line at its end where there is no terminal. */

/** What the line needs of a stream. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shortest time between two drawings, in ms. */
const INTERVAL_MS = 100;

export class StatusLine {
  private readonly started = performance.now();
  private drawn = 0;

  constructor(
    private readonly screen: Screen,
    private readonly name: string,
  ) {
    if (screen.isTTY !== true) screen.write(`${name} …\n`);
  }

  /**
   * @param where how far it is
   * @param text what it says at the moment; cut to the width of the terminal
   */
  update(where: string, text: string): void {
    const now = performance.now();
    if (this.screen.isTTY !== true || now - this.drawn < INTERVAL_MS) return;
    this.drawn = now;

    const plain = text.replace(/\u001b\[[\d;]*m/g, '');
    const line = `${this.name}  ${this.seconds()} s  ${where}  ${plain}`;
    this.screen.write(`\r\u001b[K${line.slice(0, (this.screen.columns ?? 80) - 1)}`);
  }

  /** Replaces the line by its last words. */
  end(outcome: string): void {
    const start = this.screen.isTTY === true ? '\r\u001b[K' : '';
    this.screen.write(`${start}${this.name}  ${this.seconds()} s  ${outcome}\n`);
  }

  private seconds(): string {
    return ((performance.now() - this.started) / 1000).toFixed(0);
  }
}
