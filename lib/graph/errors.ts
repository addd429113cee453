/**
 * Thrown while building a graph that TensorFlow would refuse. The message names the node, its inputs and what it
 * expects. It means a bug in this library, not a mistake by its user.
 */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}
