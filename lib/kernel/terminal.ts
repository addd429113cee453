/** The process's own standard error: what the kernel itself has to say, and no cell. */
const write = process.stderr.write.bind(process.stderr);

/** Writes to the process's own stderr, also after cells have been given another one. */
export function reportToTerminal(text: string): void {
  write(text);
}
