/** The smallest graph worth a session. */
import { Graph } from '../../lib/graph/graph';
import { placeholder } from '../../lib/graph/ops/constant';
import { add, exp, mul, neg, sqrt } from '../../lib/graph/ops/math';
import { Session } from '../../lib/graph/session';
import type { SessionOptions } from '../../lib/graph/session-options';
import { tf } from '../../lib/runtime/tensorflow';

/** f(x) = √exp(−x² − x), float32 [2]: as many operations as XLA finds worth compiling. */
export function smallGraph(): Graph {
  const graph = new Graph();
  const x = placeholder(graph, 'x', 'float32', [2]);
  graph.offer('f', { inputs: [x], outputs: [sqrt(exp(neg(add(mul(x, x), x))))] });
  return graph;
}

/** f(0) and f(0.5), in a session with these options. */
export async function valuesWith(options: SessionOptions): Promise<number[]> {
  const session = await Session.load(smallGraph(), options);
  const feeds = [tf.tensor1d([0, 0.5])];
  const [values] = session.run('f', feeds);
  const found = [...values.dataSync()];
  tf.dispose([...feeds, values]);
  session.dispose();
  return found;
}
