/**
 * Ctrl-C, SIGTERM and SIGHUP: the first asks running notebooks to stop, so that training can save; the second ends
 * everything at once.
 */

const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type StopSignal = keyof typeof CODES;

/** npm forwards a Ctrl-C that the terminal has already sent here. A second signal within so many ms is such an echo. */
const ECHO_MS = 300;

/** Whether to stop gently or at once. */
export type StopStage = 'interrupt' | 'kill';

export interface Stopping {
  /** Aborted by the first signal. */
  readonly interrupt: AbortSignal;
  /** Aborted by the second. */
  readonly kill: AbortSignal;
  /** Exit code if a signal came: 128 plus the signal's number. */
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
