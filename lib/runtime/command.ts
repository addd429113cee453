/** What all command-line scripts share. */
import { UserError } from './errors';

/**
 * Runs a script's main function with the arguments after the script's name. A UserError is printed as its one
 * sentence, any other error with its stack; both end the process with exit code 1.
 */
export function runCommand(main: (args: readonly string[]) => Promise<number | undefined>): void {
  main(process.argv.slice(2)).then(
    (code) => {
      if (code !== undefined) process.exitCode = code;
    },
    (error: unknown) => {
      if (error instanceof UserError) console.error(error.message);
      else console.error(error);
      process.exitCode = 1;
    },
  );
}
