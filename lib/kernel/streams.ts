/**
 * Repair: every line its own output. What a cell writes to stdout and stderr is gathered and published in
 * pieces, in the order of writing, so that a notebook holds one stream output where a person sees one.
 */

export type StreamName = 'stdout' | 'stderr';

/** Longest wait before text is published, in ms: short enough to look immediate. */
const DELAY_MS = 30;
/** Text longer than this is published at once, so that a loop that never awaits cannot fill the memory. */
const LARGE = 1 << 16;

export class StreamBuffer {
  private name: StreamName = 'stdout';
  private text = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly publish: (name: StreamName, text: string) => void) {}

  write(name: StreamName, text: string): void {
    if (name !== this.name) {
      this.flush();
      this.name = name;
    }
    this.text += text;
    if (this.text.length >= LARGE) this.flush();
    else
      this.timer ??= setTimeout(() => {
        this.flush();
      }, DELAY_MS);
  }

  /** Publishes what is there; before anything else is shown, and at a cell's end. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.text === '') return;
    const text = this.text;
    this.text = '';
    this.publish(this.name, text);
  }

  /** Gives this process's stdout and stderr to the notebook. */
  capture(): void {
    for (const name of ['stdout', 'stderr'] as const) {
      const write = (
        chunk: string | Uint8Array,
        encoding?: BufferEncoding | (() => void),
        callback?: () => void,
      ): boolean => {
        this.write(name, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
        const done = typeof encoding === 'function' ? encoding : callback;
        if (done !== undefined) process.nextTick(done);
        return true;
      };
      process[name].write = write as typeof process.stdout.write;
    }
  }
}
