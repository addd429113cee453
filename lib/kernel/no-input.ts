/**
 * Repair: a cell that asks for input. Jupyter closes a kernel's standard input, so code that reads a line from it
 * waits for ever, whether or not somebody is watching. Here it fails and says what to do instead.
 */
import { Readable } from 'node:stream';
import { UserError } from '../runtime/errors';

/** Replaces this process's standard input with one that fails when it is read. */
export function refuseInput(): void {
  let stdin = closedInput();
  Object.defineProperty(process, 'stdin', {
    configurable: true,
    get: () => {
      // Every cell that reads it gets the error, not only the first.
      if (stdin.destroyed) stdin = closedInput();
      return stdin;
    },
  });
}

function closedInput(): Readable {
  return new Readable({
    read() {
      this.destroy(
        new UserError(
          "This cell asks for input, but nobody can type into a notebook's kernel: set a variable instead, " +
            'in the cell tagged "parameters" if the value differs from run to run.',
        ),
      );
    },
  });
}
