import { parseArgs } from 'node:util';
import { UserError } from '../runtime/errors';

/**
 * The command line of a command that writes what executed notebooks become: notebooks, `--out DIR` and `--help`.
 * @param command how to call it, such as `npm run slides`
 * @throws UserError for anything else, with the way to see the options
 */
export function exportArguments(args: readonly string[], command: string) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { out: { type: 'string' }, help: { type: 'boolean', default: false } },
    });
  } catch (error) {
    throw new UserError(`${(error as Error).message}\nTo see what there is: ${command} -- --help`);
  }
}
