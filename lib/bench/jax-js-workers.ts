import { resolveObjectURL } from 'node:buffer';
import * as os from 'node:os';
import { Worker as Thread } from 'node:worker_threads';

/** What a page's worker finds there, and a thread of Node does not. */
const prelude = `
const { parentPort } = require('node:worker_threads');
globalThis.self = globalThis;
globalThis.postMessage = (message) => parentPort.postMessage(message);
parentPort.on('message', (data) => self.onmessage({ data }));
`;

/** The part of a page's `Worker` that jax-js uses, by a thread of Node. */
class PageWorker {
  onmessage: ((event: { readonly data: unknown }) => void) | undefined;
  onerror: ((error: Error) => void) | undefined;
  readonly #thread: Promise<Thread>;

  constructor(url: string) {
    const code = resolveObjectURL(url)?.text() ?? Promise.reject(new Error(`${url} is gone`));
    this.#thread = code.then((text) => {
      const thread = new Thread(prelude + text, { eval: true });
      thread.on('message', (data: unknown) => this.onmessage?.({ data }));
      thread.on('error', (error) => this.onerror?.(error));
      return thread;
    });
  }

  postMessage(message: unknown): void {
    void this.#thread.then((thread) => {
      thread.postMessage(message);
    });
  }
}

/**
 * Gives jax-js what it needs to use all cores: without a page's `Worker`, it runs in one thread. Call this before
 * loading it.
 * @returns the number of threads
 */
export function provideWorkers(): number {
  const threads = os.availableParallelism();
  const page = globalThis as { Worker?: unknown; navigator?: unknown };
  page.Worker ??= PageWorker;
  if (page.navigator === undefined) page.navigator = { hardwareConcurrency: threads, userAgent: 'Node' };
  return threads;
}
