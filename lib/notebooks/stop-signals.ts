/**
 * Ctrl-C and its kin: the first asks what runs to stop in its own time, so that training can save; the second ends
 * everything at once.
 */

const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type StopSignal = keyof typeof CODES;

/** npm passes a Ctrl-C on that the terminal has sent here already; nobody presses the key again this soon, in ms. */
const ECHO_MS = 300;

/** How hard it was asked to stop. */
export type StopStage = 'interrupt' | 'kill';

export interface Stopping {
  /** Aborted by the first signal. */
  readonly interrupt: AbortSignal;
  /** Aborted by the second. */
  readonly kill: AbortSignal;
  /** What the process ends with if a signal came: 128 and the signal's number. */
  exitCode(): number | undefined;
  /** Gives the signals back to Node. */
  release(): void;
}

/** @param onStop called when the running notebooks are asked to stop, and when they are ended */
export function stopOnSignals(onStop: (stage: StopStage) => void): Stopping {
  const interrupt = new AbortController();
  const kill = new AbortController();
  let code: number | undefined;
  let last = -Infinity;
  const listener = (signal: NodeJS.Signals): void => {
    const isEcho = performance.now() - last < ECHO_MS;
    last = performance.now();
    if (isEcho || kill.signal.aborted) return;
    code ??= CODES[signal as StopSignal];
    const isFirst = !interrupt.signal.aborted;
    onStop(isFirst ? 'interrupt' : 'kill');
    (isFirst ? interrupt : kill).abort();
  };
  const signals = Object.keys(CODES) as StopSignal[];
  for (const signal of signals) process.on(signal, listener);
  return {
    interrupt: interrupt.signal,
    kill: kill.signal,
    exitCode: () => code,
    release: () => {
      for (const signal of signals) process.off(signal, listener);
    },
  };
}
