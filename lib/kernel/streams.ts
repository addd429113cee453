/**
 * Repair: every line its own output. What a cell writes to stdout and stderr is gathered and published in
 * pieces, in the order of writing, so that a notebook holds one stream output where a person sees one.
 */
import { StringDecoder } from 'node:string_decoder';

export type StreamName = 'stdout' | 'stderr';

/** Longest wait before text is published, in ms: short enough to look immediate. */
const DELAY_MS = 30;
/** The same for code that keeps timers from firing, such as a loop that never awaits. */
const BUSY_DELAY_MS = 300;
/** Text longer than this is published at once, so that a loop that never awaits cannot fill the memory. */
const LARGE = 1 << 16;

/** @template Owner what a piece of text belongs to: text of two owners is never one piece */
export class StreamBuffer<Owner> {
  private name: StreamName = 'stdout';
  private owner: Owner | undefined;
  private text = '';
  private since = 0;
  private timer: NodeJS.Timeout | undefined;
  /** Bytes of a character whose rest has not been written yet. */
  private readonly decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };

  /** @param currentOwner asked at each write */
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

  /** Publishes what is there; before anything else is shown, and at a cell's end. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.text === '') return;
    const text = this.text;
    this.text = '';
    this.publish(this.name, text, this.owner as Owner);
  }

  /** Publishes everything, also the bytes of a character that was never completed. */
  finish(): void {
    for (const name of ['stdout', 'stderr'] as const) this.write(name, '');
    this.flush();
  }

  /** Gives this process's stdout and stderr to the notebook. */
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

/** What a stream makes of text: itself, or bytes if the text spells them, as `hex` and `base64` do. */
function encoded(text: string, encoding: unknown): string | Uint8Array {
  const isText = typeof encoding !== 'string' || /^utf-?8$/i.test(encoding) || !Buffer.isEncoding(encoding);
  return isText ? text : Buffer.from(text, encoding);
}
