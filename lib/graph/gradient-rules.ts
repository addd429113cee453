import type { Node, Value } from './graph';

/**
 * How one operation propagates gradients. Each rule is beside its operation in `ops/`, under the operation's name.
 * @param node the operation in the graph, with its inputs and outputs
 * @param gradients of the loss with respect to each output; undefined if the loss does not depend on it
 * @returns the gradients with respect to each input; undefined for an input without a gradient
 */
export type GradientRule = (
  node: Node,
  gradients: readonly (Value | undefined)[],
) => readonly (Value | undefined)[];

const rules = new Map<string, GradientRule>();

export function gradientRule(op: string, rule: GradientRule): void {
  rules.set(op, rule);
}

/** A rule for operations whose first output alone has a gradient. */
export function simpleRule(
  op: string,
  rule: (node: Node, gradient: Value) => readonly (Value | undefined)[],
): void {
  rules.set(op, (node, [gradient, ...others]) => {
    if (others.some((other) => other !== undefined)) {
      node.graph.refuse(node.name, 'the loss depends on an output that has no gradient rule');
    }
    return gradient ? rule(node, gradient) : [];
  });
}

export function ruleOf(op: string): GradientRule | undefined {
  return rules.get(op);
}

/** The operations that have a rule; a test checks each of them. */
export function differentiableOps(): string[] {
  return [...rules.keys()];
}
