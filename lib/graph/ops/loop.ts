/**
 * A loop inside the graph, out of TensorFlow's control flow operations: a run of the graph costs the same however many
 * times the loop goes round (Yu et al. 2018, https://arxiv.org/abs/1805.01772).
 */
import type { Graph, Node, Value } from '../graph';
import type { Attrs } from '../types';
import { like, scalar } from './cast';
import { expectRank, expectType } from './check';
import { switchOn } from './control';
import { add } from './math';

/** The inside of a loop. */
export interface Round {
  /** Counted from 0; int32 scalar. On a GPU it is in the host's memory, as TensorFlow has its loops. */
  readonly index: Value;
  /** The same number where the work is done, if asked for; float32 scalar, exact up to 2^24 */
  readonly position: Value | null;
  /** Makes a value from outside the loop known inside. */
  readonly enter: (value: Value) => Value;
}

/**
 * Runs the nodes that `body` adds `count` times, one round after the other.
 * @param count int32 scalar
 * @param body returns the nodes that end a round: the next one begins when they have run
 * @param options.frame sets the loop apart from others of its name in the same graph; defaults to the name
 * @param options.positioned whether to count the `position` as well
 * @returns the node that runs after the last round
 */
export function repeat(
  count: Value,
  name: string,
  body: (round: Round) => readonly Node[],
  { positioned = false, frame = name } = {},
): Node {
  expectType('Enter', count, 'int32');
  expectRank('Enter', count, 0);
  const { graph } = count;
  return graph.within(name, () => {
    const entered = new Map<Value, Value>();
    const enter = (value: Value): Value => {
      const known = entered.get(value) ?? enterFrame(value, frame, true);
      entered.set(value, known);
      return known;
    };
    const counters = (positioned ? (['int32', 'float32'] as const) : (['int32'] as const)).map((type) => {
      const first = enterFrame(scalar(graph, 0, type), frame, false);
      return controlFlow(graph, 'Merge', [first, first], { N: { int: 2 } });
    });
    const [index] = counters;
    const less = graph.add({
      op: 'Less',
      inputs: [index.output, enter(count)],
      attrs: { T: { type: 'int32' } },
      outputs: [{ dtype: 'bool', shape: [] }],
    }).output;
    const goOn = graph.add({ op: 'LoopCond', inputs: [less], outputs: [less] }).output;
    const switches = counters.map(({ output }) => switchOn(output, goOn));
    const starts = switches.map(({ yes }) => controlFlow(graph, 'Identity', [yes]));
    const [start] = starts;
    const round = { index: start.output, position: positioned ? starts[1].output : null, enter };
    const ends = graph.startingWith(start, () => body(round));
    counters.forEach((counter, i) => {
      const { output } = starts[i];
      const one = controlFlow(graph, 'Identity', [enter(like(output, 1))], {}, ends);
      graph.close(counter, 1, controlFlow(graph, 'NextIteration', [add(output, one.output)]).output);
    });
    return controlFlow(graph, 'Exit', [switches[0].no]);
  });
}

function enterFrame(value: Value, frame: string, constant: boolean): Value {
  return controlFlow(value.graph, 'Enter', [value], {
    frame_name: { string: frame },
    is_constant: { bool: constant },
    parallel_iterations: { int: 1 },
  }).output;
}

/** A node that passes its first input on. */
function controlFlow(
  graph: Graph,
  op: string,
  inputs: readonly Value[],
  attrs: Attrs = {},
  control: readonly Node[] = [],
): Node {
  const [{ dtype, shape }] = inputs;
  return graph.add({
    op,
    inputs,
    attrs: { T: { type: dtype }, ...attrs },
    control,
    outputs: [{ dtype, shape }],
  });
}
