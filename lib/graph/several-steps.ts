/** Several training steps in one run of the graph. */
import type { Graph, Node, Value } from './graph';
import { gather } from './ops/gather';
import { placeholder } from './ops/constant';
import { repeat, type Round } from './ops/loop';
import { add } from './ops/math';
import { elementCount } from './ops/array';
import { cast } from './ops/cast';
import type { StepInputs } from './step';

/** The inputs of a run of several steps. */
export interface StepsInputs {
  /** Indices of the images of each step; int32 [steps, n] */
  readonly indices: Value;
  /** The number of the first step; int32 scalar */
  readonly firstStep: Value;
  /** The learning rate of each step; float32 [steps] */
  readonly rates: Value;
}

/**
 * Copies a step into a loop. Starting a run costs as much as dozens of small operations, and on a GPU more than a small
 * network's whole step, so it is done once for several steps.
 * @param one what is fed to the step
 * @param ends the nodes that end it
 * @returns what is fed to the loop, and the node that runs after the last step
 */
export function severalSteps(
  graph: Graph,
  one: StepInputs,
  ends: readonly Node[],
): { readonly inputs: StepsInputs; readonly done: Node } {
  const inputs: StepsInputs = {
    indices: placeholder(graph, 'indices_of_steps', 'int32', [null, null]),
    firstStep: placeholder(graph, 'first_step', 'int32', []),
    rates: placeholder(graph, 'learning_rates', 'float32', [null]),
  };
  const done = repeat(cast(elementCount(inputs.rates), 'int32'), 'steps', (round) => {
    const { index, enter } = round;
    const given = new Map<Value, Value>([
      [one.indices, gather(enter(inputs.indices), index)],
      [one.step, add(enter(inputs.firstStep), index)],
      [one.rate, gather(enter(inputs.rates), index)],
    ]);
    return copyNodes(graph, ends, given, round);
  });
  return { inputs, done };
}

/**
 * Copies nodes, and all that they depend on, into a loop. Variables and what is fed stay outside.
 * @param given replaces values
 */
function copyNodes(
  graph: Graph,
  ends: readonly Node[],
  given: ReadonlyMap<Value, Value>,
  { enter }: Round,
): readonly Node[] {
  const wanted = ancestors(ends);
  const copies = new Map<Node, Node>();
  const inside = (value: Value): Value => {
    const copy = copies.get(value.node);
    return given.get(value) ?? (copy ? copy.outputs[value.index] : enter(value));
  };
  // In `nodes`, every node comes after its inputs.
  for (const node of [...graph.nodes]) {
    if (!wanted.has(node) || outside.has(node.op)) continue;
    const { name, op, attrs, inputs, outputs } = node;
    const control = node.control.map(
      (before) => copies.get(before) ?? graph.refuse(op, `waits for ${before.name}`),
    );
    copies.set(node, graph.add({ op, name, attrs, inputs: inputs.map(inside), outputs, control }));
  }
  return ends.map((end) => copies.get(end) as Node);
}

const outside = new Set(['VarHandleOp', 'Placeholder']);

function ancestors(ends: readonly Node[]): ReadonlySet<Node> {
  const found = new Set<Node>();
  const open = [...ends];
  for (let node = open.pop(); node; node = open.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    open.push(...node.inputs.map((input) => input.node), ...node.control);
  }
  return found;
}
