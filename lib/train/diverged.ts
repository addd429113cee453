import { UserError } from '../runtime/errors';

/** The loss is no finite number any more. */
export class DivergedError extends UserError {
  override readonly name = 'DivergedError';
}
