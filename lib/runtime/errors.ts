/**
 * An error whose message is written for the user: the value found, what was expected, and what to do. Command-line
 * scripts print the message alone; a stack would only hide it.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of a system error ('ENOENT'), or undefined. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
