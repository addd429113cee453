import { UserError } from '../runtime/errors';

/** A model, loss or optimizer that cannot be made into a graph. The message names what, and why. */
export class NotLowered extends UserError {
  constructor(what: string, reason: string) {
    super(
      `${what} cannot be compiled into a TensorFlow graph: ${reason}. ` +
        'Change that, or choose the slower engine that takes every model of tfjs: { engine: tfjsEngine }, in a terminal --engine tfjs.',
    );
  }
}
