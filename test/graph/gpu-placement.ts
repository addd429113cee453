/**
 * Where TensorFlow would run a graph on a machine with one GPU, and what it would copy between the host and the card:
 * worked out from the list of kernels alone, without a card and without TensorFlow.
 *
 * The list is that of the CUDA wheel's registry, see scripts/gpu/kernels.py. Compared with TensorFlow's own placer
 * (`npm run gpu-placement`), which then rewrites the graph further: it folds constants and joins nodes.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ancestors } from '../../lib/graph/ancestors';
import type { Graph, Node, Signature, Value } from '../../lib/graph/graph';
import type { Device } from '../../lib/graph/types';

interface Kernel {
  /** The types it takes, by the name of the attribute. */
  readonly types: Readonly<Record<string, readonly string[]>>;
  /** The arguments that it keeps in the host's memory; missing: none. */
  readonly host?: readonly string[];
}

interface Operation {
  /** Names of arguments; that of a list is followed by `*` and the attribute with its length. Missing: no kernel needs them. */
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly kernels: readonly Kernel[];
}

export interface KernelList {
  readonly tensorflow: string;
  readonly madeBy: string;
  readonly operations: Readonly<Record<string, Operation>>;
}

export const gpuKernels = JSON.parse(
  fs.readFileSync(path.join(__dirname, 'gpu-kernels.json'), 'utf8'),
) as KernelList;

/** @returns undefined if a GPU has no kernel for the node's operation and types */
export function gpuKernel({ op, attrs }: Node): Kernel | undefined {
  if (!Object.hasOwn(gpuKernels.operations, op)) return undefined;
  return gpuKernels.operations[op].kernels.find(({ types }) =>
    Object.entries(types).every(([name, allowed]) => {
      const attr = attrs[name];
      return 'type' in attr && allowed.includes(attr.type);
    }),
  );
}

/** The kernels that a GPU lacks for a graph, each with the name of a node that needs it. */
export function missingKernels({ nodes }: Graph): ReadonlyMap<string, string> {
  return new Map(nodes.filter((node) => !gpuKernel(node)).map((node) => [kernelText(node), node.name]));
}

/** `AddV2 T=int32`, as the node's kernel would be named. */
export function kernelText({ op, attrs }: Node): string {
  const types = Object.entries(attrs).flatMap(([name, attr]) =>
    'type' in attr ? [`${name}=${attr.type}`] : [],
  );
  return [op, ...types.sort()].join(' ');
}

/** A tensor that is moved between the host's memory and the card's, whatever its size. */
export interface Copy {
  /** The value, as TensorFlow writes it. */
  readonly from: string;
  /** The nodes that need it there. */
  readonly to: readonly string[];
}

export interface Placement {
  /** Nodes that a GPU can't run, or that share a variable with such a node. */
  readonly onCpu: readonly Node[];
  readonly toDevice: readonly Copy[];
  /** Copies to the host for nodes that go on computing with them: the step waits. */
  readonly inMiddle: readonly Copy[];
  /** Copies to the host for the caller. */
  readonly back: readonly Copy[];
}

type Memory = 'host' | 'device';

/** Where the nodes of a signature run, and the copies of one call. */
export function place(graph: Graph, { inputs, outputs }: Signature): Placement {
  const devices = devicesOf(graph);
  // The caller's values come from the host.
  for (const { node } of inputs) devices.set(node, 'cpu');
  const memoryOf = ({ node, index }: Value): Memory =>
    devices.get(node) === 'cpu' || onHost(node, 'outputs').has(index) ? 'host' : 'device';

  const copies = { device: new Map<string, Copy>(), host: new Map<string, Copy>() };
  // What several nodes of a device need in the same memory is sent once.
  const copy = (from: string, memory: Memory, to: string, device: Device | 'caller'): void => {
    const key = `${from} ${device}`;
    const known = copies[memory].get(key);
    copies[memory].set(key, { from, to: [...(known?.to ?? []), to] });
  };
  const [ends, fed] = [outputs, inputs].map((values) => values.map(({ node }) => node));
  const nodes = [...ancestors(ends, fed)];
  for (const node of nodes) {
    const device = devices.get(node)!;
    const host = onHost(node, 'inputs');
    node.inputs.forEach((value, i) => {
      const needed = device === 'cpu' || host.has(i) ? 'host' : 'device';
      if (memoryOf(value) !== needed) copy(value.ref, needed, node.name, device);
    });
    for (const before of node.control) {
      // Waiting for a node of the other device takes a message, which holds an empty tensor.
      if (devices.get(before) !== device) {
        copy(`^${before.name}`, device === 'cpu' ? 'host' : 'device', node.name, device);
      }
    }
  }
  const toHost = [...copies.host.values()];
  const back = outputs.filter((value) => memoryOf(value) === 'device');
  return {
    onCpu: nodes.filter((node) => devices.get(node) === 'cpu'),
    toDevice: [...copies.device.values()],
    inMiddle: toHost,
    back: back.map(({ ref }) => ({ from: ref, to: [] })),
  };
}

/** Where TensorFlow's placer puts each node: on the GPU if it has a kernel there. */
function devicesOf(graph: Graph): Map<Node, Device> {
  const devices = new Map<Node, Device>(graph.nodes.map((node) => [node, gpuKernel(node) ? 'gpu' : 'cpu']));
  // What works on a variable runs where the variable is.
  const sharing = new Map<Node, Node[]>();
  for (const node of graph.nodes) {
    for (const { dtype, node: handle } of node.inputs) {
      if (dtype === 'resource') sharing.set(handle, [...(sharing.get(handle) ?? [handle]), node]);
    }
  }
  for (let settled = false; !settled; ) {
    settled = true;
    for (const together of sharing.values()) {
      const isCpu = (node: Node): boolean => devices.get(node) === 'cpu';
      if (!together.some(isCpu) || together.every(isCpu)) continue;
      for (const node of together) devices.set(node, 'cpu');
      settled = false;
    }
  }
  // Sizes are taken where the tensor is.
  for (const node of graph.nodes) {
    if (node.op === 'Shape' || node.op === 'Size') devices.set(node, devices.get(node.inputs[0].node)!);
  }
  // A constant goes where all that use it are.
  const users = new Map<Node, Set<Device>>();
  for (const node of graph.nodes) {
    for (const before of [...node.inputs.map((value) => value.node), ...node.control]) {
      users.set(before, (users.get(before) ?? new Set()).add(devices.get(node)!));
    }
  }
  for (const node of graph.nodes) {
    const [device, ...others] = users.get(node) ?? [];
    if (node.op === 'Const' && others.length === 0) devices.set(node, device);
  }
  return devices;
}

/** The positions of a node's inputs or outputs that its kernel for a GPU keeps in the host's memory. */
function onHost(node: Node, side: 'inputs' | 'outputs'): ReadonlySet<number> {
  const positions = new Set<number>();
  const { host } = gpuKernel(node) ?? {};
  if (!host) return positions;
  const names = gpuKernels.operations[node.op][side] ?? [];
  let position = 0;
  for (const name of names) {
    const [argument, length] = name.split('*');
    const count = length ? intOf(node, length) : 1;
    for (let i = 0; i < count; i++, position++) if (host.includes(argument)) positions.add(position);
  }
  return positions;
}

function intOf({ attrs }: Node, name: string): number {
  const attr = attrs[name];
  return 'int' in attr ? attr.int : 0;
}
