/**
 * Repair: a cell that asks for input. Jupyter closes a kernel's standard input, and code that waits for a line
 * from there waits for ever, in a notebook that somebody watches as in one that nobody does. Here it fails and says
 * what to do instead.
 */
import { Readable } from 'node:stream';
import { UserError } from '../runtime/errors';

/** Gives this process a standard input that fails when it is read. */
export function refuseInput(): void {
  let stdin = closedInput();
  Object.defineProperty(process, 'stdin', {
    configurable: true,
    get: () => {
      // Each cell that asks is told, not only the first.
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
          "This cell asks for input, and nobody can type into a notebook's kernel: set a variable instead, " +
            'in the cell tagged "parameters" if each run may need another value.',
        ),
      );
    },
  });
}
