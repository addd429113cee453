import type { Node, Value } from './graph';

/**
 * How one operation passes gradients on. Each stands beside its operation in `ops/`, under the operation's name.
 * @param node the operation in the graph; its inputs and outputs are at hand
 * @param gradients of the loss with respect to each output, none where the loss does not depend on it
 * @returns the gradients with respect to each input, none for an input that passes nothing on
 */
export type GradientRule = (
  node: Node,
  gradients: readonly (Value | undefined)[],
) => readonly (Value | undefined)[];

const rules = new Map<string, GradientRule>();

export function gradientRule(op: string, rule: GradientRule): void {
  rules.set(op, rule);
}

/** For operations of which only the first output has a gradient to pass on. */
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

/** The operations that have a rule, for the test that wants to see each of them checked. */
export function differentiableOps(): string[] {
  return [...rules.keys()];
}
