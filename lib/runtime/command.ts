/** What all command-line scripts share. */
import { codeOf, messageOf, UserError } from './errors';

/**
 * Runs a script's main function with the arguments after the script's name. A UserError is printed as its one
 * sentence, like what `parseArgs` says of arguments, any other error with its stack; all end the process with exit code 1.
 */
export function runCommand(main: (args: readonly string[]) => Promise<number | undefined>): void {
  run(main).then(
    (code) => {
      if (code !== undefined) process.exitCode = code;
    },
    (error: unknown) => {
      if (error instanceof UserError) console.error(error.message);
      else if (codeOf(error)?.startsWith('ERR_PARSE_ARGS')) {
        console.error(`${messageOf(error)}. --help prints what there is.`);
      } else console.error(error);
      process.exitCode = 1;
    },
  );
}

/** What `main` throws before it returns its promise counts too. */
async function run(
  main: (args: readonly string[]) => Promise<number | undefined>,
): Promise<number | undefined> {
  return main(process.argv.slice(2));
}
