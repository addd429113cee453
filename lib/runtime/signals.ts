/** Ctrl-C and SIGTERM for commands that train: the first asks, the second ends the process. */
import { requestInterrupt } from './interrupt';

const signals = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * npm passes Ctrl-C on to its child, which has already had it from the terminal: a signal that follows within this
 * many milliseconds is the same key press.
 */
const echoMs = 300;

export interface SignalWatch {
  /** The exit code that shells expect of a command stopped by a signal; undefined before any signal. */
  exitCode(): number | undefined;
  /** Removes the handlers. */
  release(): void;
}

/**
 * Turns signals into interrupts that running work can answer when it is ready. A second signal, or one without a
 * listener, ends the process at once.
 */
export function interruptOnSignals(): SignalWatch {
  let last = -Infinity;
  let code: number | undefined;
  const onSignal = (signal: keyof typeof signals): void => {
    const now = performance.now();
    const echo = now - last < echoMs;
    last = now;
    code ??= signals[signal];
    if (!echo && !requestInterrupt()) process.exit(signals[signal]);
  };
  for (const signal of Object.keys(signals)) process.on(signal, onSignal);
  return {
    exitCode: () => code,
    release: () => {
      for (const signal of Object.keys(signals)) process.off(signal, onSignal);
    },
  };
}
