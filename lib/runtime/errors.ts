/**
 * An error whose message is written for the user: the value found, what was expected, and what to do. Command-line
 * scripts print the message alone; a stack would only hide it.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}
