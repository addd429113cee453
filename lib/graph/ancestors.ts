import type { Node } from './graph';

/**
 * All nodes that have to run so that `ends` can, and these themselves.
 * @param fed nodes whose values are given; neither they nor what they alone depend on are among the result
 */
export function ancestors(ends: readonly Node[], fed: readonly Node[] = []): ReadonlySet<Node> {
  const given = new Set(fed);
  const found = new Set<Node>();
  const open = [...ends];
  for (let node = open.pop(); node; node = open.pop()) {
    if (found.has(node) || given.has(node)) continue;
    found.add(node);
    open.push(...node.inputs.map((input) => input.node), ...node.control);
  }
  return found;
}
