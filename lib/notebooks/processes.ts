/** What a process wrote and ended with. */
import type { ChildProcess } from 'node:child_process';

/** Collects a stream. @returns a function that gives its last lines */
export function lastOf(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-4000);
  });
  return () => text.trim();
}

/** @param event 'close' also waits until all its output has been read */
export function exitCode(
  child: ChildProcess,
  event: 'exit' | 'close' = 'close',
): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once(event, (code: number | null, signal: NodeJS.Signals | null) => {
      resolve(code ?? signal);
    });
  });
}
