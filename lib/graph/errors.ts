/**
 * A graph that TensorFlow would refuse, found while it is built: the message names the node, what it was given
 * and what it takes. A fault of this library's code, not of the person who uses it.
 */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}
