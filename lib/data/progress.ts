import type { Progress } from './download';
import { counted, megabytes } from './text';

const BAR_WIDTH = 30;
const REDRAW_MS = 100;

/**
 * Shows a download on a stream: a bar that redraws itself in a terminal, and a line for every tenth in a log
 * or a notebook.
 */
export class ProgressBar {
  readonly #stream: NodeJS.WriteStream;
  #begun: { at: number; received: number } | undefined;
  #drawnAt = -Infinity;
  #tenths = -1;
  #lineOpen = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  readonly update = (progress: Progress): void => {
    if (this.#stream.isTTY) this.#draw(progress);
    else this.#writeTenth(progress);
  };

  /** Ends the line that is being drawn; call it in a `finally`. */
  close(): void {
    if (this.#lineOpen) this.#stream.write('\n');
    this.#lineOpen = false;
  }

  #draw({ received, total }: Progress): void {
    const now = performance.now();
    this.#begun ??= { at: now, received };
    if (now - this.#drawnAt < REDRAW_MS && received < total) return;
    this.#drawnAt = now;
    const filled = Math.round((BAR_WIDTH * received) / total);
    const bar = '#'.repeat(filled).padEnd(BAR_WIDTH, '.');
    const seconds = (now - this.#begun.at) / 1000;
    const speed = seconds > 0 ? `  ${megabytes((received - this.#begun.received) / seconds)}/s` : '';
    // Clears to the end of the line: the speed before may have been longer.
    this.#stream.write(`\r[${bar}] ${megabytes(received)} of ${megabytes(total)}${speed}\x1b[K`);
    this.#lineOpen = true;
  }

  #writeTenth({ url, received, total }: Progress): void {
    const tenths = Math.floor((10 * received) / total);
    if (tenths === this.#tenths) return;
    if (this.#tenths === -1) this.#stream.write(`Downloading ${url} (${counted(total, 'byte')})\n`);
    this.#tenths = tenths;
    this.#stream.write(`${tenths * 10} % (${megabytes(received)} of ${megabytes(total)})\n`);
  }
}
