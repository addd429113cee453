/**
 * Repair: one output per line. What a cell writes to stdout and stderr is collected and published in larger pieces,
 * in the order of writing.
 */
import { StringDecoder } from 'node:string_decoder';

export type StreamName = 'stdout' | 'stderr';

/** Text is published after this time, in ms; short enough to look immediate. */
const DELAY_MS = 30;
/** The same while the code keeps timers from firing, as a loop that never awaits does. */
const BUSY_DELAY_MS = 300;
/** Text longer than this is published at once, so that a loop that never awaits cannot fill the memory. */
const LARGE = 1 << 16;

/** @template Owner what text belongs to; text of different owners is published separately */
export class StreamBuffer<Owner> {
  private name: StreamName = 'stdout';
  private owner: Owner | undefined;
  private text = '';
  private since = 0;
  private timer: NodeJS.Timeout | undefined;
  /** They keep the first bytes of a character until the rest is written. */
  private readonly decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };

  /** @param currentOwner called at each write */
  constructor(
    private readonly currentOwner: () => Owner,
    private readonly publish: (name: StreamName, text: string, owner: Owner) => void,
  ) {}

  /** @param chunk text, or bytes of UTF-8; a character may be split over several calls */
  write(name: StreamName, chunk: string | Uint8Array): void {
    const decoder = this.decoders[name];
    const text = typeof chunk === 'string' ? decoder.end() + chunk : decoder.write(Buffer.from(chunk));
    if (text === '') return;
    const owner = this.currentOwner();
    if (name !== this.name || owner !== this.owner) {
      this.flush();
      this.name = name;
      this.owner = owner;
    }
    const now = performance.now();
    if (this.text === '') this.since = now;
    this.text += text;
    if (this.text.length >= LARGE || now - this.since >= BUSY_DELAY_MS) this.flush();
    else
      this.timer ??= setTimeout(() => {
        this.flush();
      }, DELAY_MS);
  }

  /** Publishes what has been collected. Call it before anything else is shown. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.text === '') return;
    const text = this.text;
    this.text = '';
    this.publish(this.name, text, this.owner as Owner);
  }

  /** Publishes everything, including the bytes of a character that was never completed. */
  finish(): void {
    for (const name of ['stdout', 'stderr'] as const) this.write(name, '');
    this.flush();
  }

  /** Redirects this process's stdout and stderr to the notebook. */
  capture(): void {
    for (const name of ['stdout', 'stderr'] as const) {
      const write = (
        chunk: string | Uint8Array,
        encoding?: BufferEncoding | (() => void) | null,
        callback?: () => void,
      ): boolean => {
        this.write(name, typeof chunk === 'string' ? encoded(chunk, encoding) : chunk);
        const done = typeof encoding === 'function' ? encoding : callback;
        if (done !== undefined) process.nextTick(done);
        return true;
      };
      process[name].write = write as typeof process.stdout.write;
    }
  }
}

/** Text as a stream takes it: unchanged for UTF-8, as bytes for any other encoding, such as `hex`. */
function encoded(text: string, encoding: unknown): string | Uint8Array {
  const isText = typeof encoding !== 'string' || /^utf-?8$/i.test(encoding) || !Buffer.isEncoding(encoding);
  return isText ? text : Buffer.from(text, encoding);
}
