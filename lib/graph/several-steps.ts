/** Several training steps in one run of the graph. */
import { ancestors } from './ancestors';
import type { Graph, Node, Value } from './graph';
import { reshape, shapeOf, slice, unpack } from './ops/array';
import { floatsOf, intsOf } from './ops/bits';
import { cast } from './ops/cast';
import { placeholder } from './ops/constant';
import { gather } from './ops/gather';
import { repeat, type Round } from './ops/loop';
import { add } from './ops/math';
import type { StepInputs } from './step';
import type { Device } from './types';

/** The inputs of a run of several steps: two, since each is a copy to a GPU. */
export interface StepsInputs {
  /** Indices of the images of each step; int32 [steps, n] */
  readonly indices: Value;
  /** Of each step its number, and the bits of its learning rate, a float32; int32 [steps, 2] */
  readonly numbers: Value;
}

/**
 * Copies a step into a loop. Starting a run costs as much as dozens of small operations, and on a GPU more than a small
 * network's whole step, so it is done once for several steps.
 * @param one what is fed to the step
 * @param ends the nodes that end it
 * @param frame the loop's name, of which there is no other in the graph
 * @returns what is fed to the loop, and the node that runs after the last step
 */
export function severalSteps(
  graph: Graph,
  one: StepInputs,
  ends: readonly Node[],
  { device, frame }: { readonly device: Device; readonly frame: string },
): { readonly inputs: StepsInputs; readonly done: Node } {
  const inputs: StepsInputs = {
    indices: placeholder(graph, 'indices_of_steps', 'int32', [null, null]),
    numbers: placeholder(graph, 'numbers_of_steps', 'int32', [null, 2]),
  };
  const fed = {
    firstStep: reshape(slice(inputs.numbers, [0, 0], [1, 1]), []),
    columns: unpack(floatsOf(inputs.numbers), 1),
    ...inputs,
  };
  const given = device === 'gpu' ? givenOnCard(one, fed) : givenOnHost(one, fed);
  const count = reshape(shapeOf(fed.columns[1]), []);
  const body = (round: Round): readonly Node[] => copyNodes(graph, ends, given(round), round);
  return { inputs, done: repeat(count, 'steps', body, { positioned: device === 'gpu', frame }) };
}

interface Fed {
  readonly indices: Value;
  /** int32 scalar */
  readonly firstStep: Value;
  /** The bits of each step's number, and each step's learning rate; float32 [steps] */
  readonly columns: readonly Value[];
}

/** What takes the place of a value as the input of an operation; undefined for a value that stays. */
type Given = (value: Value, op: string) => Value | undefined;

function givenOnHost(one: StepInputs, { indices, firstStep, columns }: Fed): (round: Round) => Given {
  return ({ index, enter }) => {
    const given = new Map<Value, Value>([
      [one.indices, gather(enter(indices), index)],
      [one.step, add(enter(firstStep), index)],
      [one.rate, gather(enter(columns[1]), index)],
    ]);
    return (value) => given.get(value);
  };
}

/**
 * Whatever the card needs is picked there, from what was copied before the first step. A loop passes whole numbers on in
 * the host's memory, so they go in as the bits of float32.
 */
function givenOnCard(one: StepInputs, { indices, firstStep, columns }: Fed): (round: Round) => Given {
  const indexBits = floatsOf(indices);
  return ({ index, position, enter }) => {
    const at = cast(position ?? index, 'int32');
    const pick = (values: Value): Value => gather(enter(values), at);
    const given = new Map<Value, Value>([
      [one.indices, intsOf(pick(indexBits))],
      // Random draws take their seeds from the host, where whole numbers are added too.
      [one.step, add(enter(firstStep), index)],
      [one.rate, pick(columns[1])],
    ]);
    const stepOnCard = intsOf(pick(columns[0]));
    return (value, op) => (value === one.step && convertsOnCard.has(op) ? stepOnCard : given.get(value));
  };
}

/** Operations that a GPU has whole numbers for in its own memory. */
const convertsOnCard = new Set(['Cast', 'Bitcast']);

/**
 * Copies nodes, and all that they depend on, into a loop. Variables and what is fed stay outside.
 * @param given replaces values
 */
function copyNodes(graph: Graph, ends: readonly Node[], given: Given, { enter }: Round): readonly Node[] {
  const wanted = ancestors(ends);
  const copies = new Map<Node, Node>();
  const inside = (value: Value, op: string): Value => {
    const copy = copies.get(value.node);
    return given(value, op) ?? (copy ? copy.outputs[value.index] : enter(value));
  };
  // In `nodes`, every node comes after its inputs.
  for (const node of [...graph.nodes]) {
    if (!wanted.has(node) || outside.has(node.op)) continue;
    const { name, op, attrs, outputs } = node;
    const inputs = node.inputs.map((value) => inside(value, op));
    const control = node.control.map(
      (before) => copies.get(before) ?? graph.refuse(op, `waits for ${before.name}`),
    );
    copies.set(node, graph.add({ op, name, attrs, inputs, outputs, control }));
  }
  return ends.map((end) => copies.get(end) as Node);
}

const outside = new Set(['VarHandleOp', 'Placeholder']);
