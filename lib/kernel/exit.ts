/**
 * Repair: `process.exit` in a cell. It would end the kernel in the middle of its work and lose all variables and
 * what the cell has just written. Here it fails the cell that calls it.
 */
import { UserError } from '../runtime/errors';
import { shown } from './thrown';

/** A cell has called `process.exit`. */
export class ExitError extends UserError {
  override readonly name = 'ExitError';

  /** @param code the exit code that the cell gave, if any */
  constructor(code: unknown) {
    const call = `process.exit(${code === undefined ? '' : shown(code)})`;
    super(
      `${call} was called, which would end the kernel and lose every variable. To stop a cell, throw an Error; ` +
        'to end the kernel, restart it or shut it down.',
    );
  }
}

/** The real `process.exit`, for the kernel itself. */
export const leave = process.exit.bind(process);

/**
 * Makes `process.exit` throw.
 * @param report hears of the call as well: the code around it may catch the error and go on
 */
export function refuseExit(report: (error: ExitError) => void): void {
  process.exit = (code) => {
    const error = new ExitError(code);
    report(error);
    throw error;
  };
}
