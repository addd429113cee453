/** The process's own standard error, for what the kernel itself reports. */
const write = process.stderr.write.bind(process.stderr);

/** Writes to the process's own stderr, even after `process.stderr` has been redirected to the notebook. */
export function reportToTerminal(text: string): void {
  write(text);
}
