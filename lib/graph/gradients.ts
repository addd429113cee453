/** Backpropagation (Rumelhart et al. 1986): builds the graph of the gradients from the rules of the operations. */
import { ruleOf, type GradientRule } from './gradient-rules';
import type { Node, Value } from './graph';
import { like } from './ops/cast';
import { addN } from './ops/math';
import { isFloat, typeText } from './types';

/**
 * Adds the operations that compute the gradient of `loss` with respect to each of `sources`.
 * @param loss float scalar
 * @returns a gradient for each source, or undefined if the loss does not depend on it
 * @throws GraphError if an operation between the two has no gradient rule
 */
export function gradients(loss: Value, sources: readonly Value[]): (Value | undefined)[] {
  const { graph } = loss;
  if (!isFloat(loss.dtype) || loss.shape.length > 0) {
    graph.refuse('gradients', `the loss has to be a floating-point scalar, not ${typeText(loss)}`);
  }
  const between = nodesBetween(sources, loss);
  const found = new Map<Value, Value[]>([[loss, [like(loss, 1)]]]);
  // A source may be computed from another one, so the sums of gradients are kept here.
  const totals = new Map<Value, Value>();
  const total = (value: Value): Value | undefined => {
    const parts = found.get(value);
    if (parts && !totals.has(value)) totals.set(value, addN(parts));
    return totals.get(value);
  };

  for (const node of [...between].reverse()) {
    const incoming = node.outputs.map(total);
    const targets = differentiated(node);
    if (incoming.every((gradient) => gradient === undefined) || targets.length === 0) continue;
    const rule = ruleFor(node);
    if (!rule) {
      if (!leadsOn(node, between)) continue;
      return graph.refuse(node.op, `there is no gradient rule for it, and the loss depends on ${node.name}`);
    }
    const outgoing = graph.within('gradients', () => graph.within(node.name, () => rule(node, incoming)));
    targets.forEach((input, i) => {
      const gradient = outgoing[i];
      if (!gradient || !between.has(input.node)) return;
      const parts = found.get(input);
      if (parts) parts.push(gradient);
      else found.set(input, [gradient]);
    });
  }
  return sources.map(total);
}

/** The values that a node's gradient is taken with respect to. */
function differentiated({ gradient, inputs }: Node): readonly Value[] {
  return gradient?.inputs ?? inputs;
}

function ruleFor({ op, gradient: own }: Node): GradientRule | undefined {
  return own ? (_node, [gradient]) => (gradient ? own.rule(gradient) : []) : ruleOf(op);
}

/** The nodes on the paths from `sources` to `target`, in the order in which they run. */
function nodesBetween(sources: readonly Value[], target: Value): ReadonlySet<Node> {
  const before = new Set<Node>();
  const open = [target.node];
  for (let node = open.pop(); node; node = open.pop()) {
    if (before.has(node)) continue;
    before.add(node);
    for (const { node: input } of differentiated(node)) open.push(input);
  }
  const between = new Set(sources.map(({ node }) => node));
  // In `nodes`, every node comes after its inputs.
  for (const node of target.graph.nodes) {
    if (before.has(node) && leadsOn(node, between)) between.add(node);
  }
  const ordered = target.graph.nodes.filter((node) => between.has(node));
  return new Set(ordered);
}

function leadsOn(node: Node, between: ReadonlySet<Node>): boolean {
  return differentiated(node).some((input) => between.has(input.node));
}
