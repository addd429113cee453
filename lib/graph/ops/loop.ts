/**
 * A loop inside the graph, out of TensorFlow's control flow operations: a run of the graph costs the same however many
 * times the loop goes round (Yu et al. 2018, https://arxiv.org/abs/1805.01772).
 */
import type { Graph, Node, Value } from '../graph';
import type { Attrs } from '../types';
import { scalar } from './cast';
import { expectRank, expectType } from './check';
import { add } from './math';

/** The inside of a loop. */
export interface Round {
  /** Counted from 0; int32 scalar */
  readonly index: Value;
  /** Makes a value from outside the loop known inside. */
  readonly enter: (value: Value) => Value;
}

/**
 * Runs the nodes that `body` adds `count` times, one round after the other.
 * @param count int32 scalar
 * @param body returns the nodes that end a round: the next one begins when they have run
 * @returns the node that runs after the last round
 */
export function repeat(count: Value, name: string, body: (round: Round) => readonly Node[]): Node {
  expectType('Enter', count, 'int32');
  expectRank('Enter', count, 0);
  const { graph } = count;
  return graph.within(name, () => {
    const entered = new Map<Value, Value>();
    const enter = (value: Value): Value => {
      const known = entered.get(value) ?? enterFrame(value, name, true);
      entered.set(value, known);
      return known;
    };
    const first = enterFrame(scalar(graph, 0, 'int32'), name, false);
    const index = controlFlow(graph, 'Merge', [first, first], { N: { int: 2 } });
    const less = graph.add({
      op: 'Less',
      inputs: [index.output, enter(count)],
      attrs: { T: { type: 'int32' } },
      outputs: [{ dtype: 'bool', shape: [] }],
    }).output;
    const goOn = graph.add({ op: 'LoopCond', inputs: [less], outputs: [less] }).output;
    const { outputs } = graph.add({
      op: 'Switch',
      inputs: [index.output, goOn],
      attrs: { T: { type: 'int32' } },
      outputs: [index.output, index.output],
    });
    const start = controlFlow(graph, 'Identity', [outputs[1]]);
    const ends = graph.startingWith(start, () => body({ index: start.output, enter }));
    const one = controlFlow(graph, 'Identity', [enter(scalar(graph, 1, 'int32'))], {}, ends);
    const next = controlFlow(graph, 'NextIteration', [add(start.output, one.output)]);
    graph.close(index, 1, next.output);
    return controlFlow(graph, 'Exit', [outputs[0]]);
  });
}

function enterFrame(value: Value, name: string, constant: boolean): Value {
  return controlFlow(value.graph, 'Enter', [value], {
    frame_name: { string: name },
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
