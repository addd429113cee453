/** Ctrl-C and SIGTERM for commands that train: the first asks, the second ends the process. */
import { requestInterrupt } from './interrupt';

const signals = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * npm passes Ctrl-C on to its child, which has it from the terminal already: what follows this soon, in milliseconds,
 * is the same key.
 */
const echoMs = 300;

export interface SignalWatch {
  /** What `timeout` and shells expect of a command that a signal stopped; undefined as long as none came. */
  exitCode(): number | undefined;
  /** Takes the handlers away again. */
  release(): void;
}

/**
 * Turns signals into interrupts that work can answer in its own time. A second one, or one that nobody listens to,
 * ends the process at once.
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
