import type { ChildProcess } from 'node:child_process';

/**
 * Waits for a server that shares this terminal. Ctrl-C reaches it itself, and it may ask or save before it ends; SIGTERM is
 * passed on.
 * @returns its exit code
 */
export function inForeground(server: ChildProcess): Promise<number> {
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => server.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('close', (code) => {
      resolve(code ?? 1);
    });
  });
}
