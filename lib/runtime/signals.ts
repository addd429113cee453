/** Ctrl-C and SIGTERM for commands that train: the first asks, the second ends the process. */
import { requestInterrupt } from './interrupt';

const signals = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * npm passes Ctrl-C on to its child, which has it from the terminal already: what follows this soon, in milliseconds,
 * is the same key.
 */
const echoMs = 300;

/**
 * Turns signals into interrupts that work can answer in its own time. A second one, or one that nobody listens to,
 * ends the process at once.
 * @returns a function that takes the handlers away again
 */
export function interruptOnSignals(): () => void {
  let last = -Infinity;
  const onSignal = (signal: keyof typeof signals): void => {
    const now = performance.now();
    const echo = now - last < echoMs;
    last = now;
    if (!echo && !requestInterrupt()) process.exit(signals[signal]);
  };
  for (const signal of Object.keys(signals)) process.on(signal, onSignal);
  return () => {
    for (const signal of Object.keys(signals)) process.off(signal, onSignal);
  };
}
