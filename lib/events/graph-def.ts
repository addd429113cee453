/**
 * A network as a GraphDef for TensorBoard's Graphs page: a node for each layer, or for each use of one, with the shape of
 * what comes out. Nested models are boxes that open, and so are blocks: `stage1_block2_conv1` is in two.
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/graph.proto
 */
import { isModel } from '../models/leaf-layers';
import type { tf } from '../runtime/tensorflow';
import { writeDimensions } from './event';
import { message, submessage, type Fields } from './protobuf';

/** Numbers of the fields of `GraphDef` and what it consists of. */
const fieldOf = {
  graph: { node: 1 },
  node: { name: 1, op: 2, input: 3, attributes: 5 },
  entry: { key: 1, value: 2 },
  attribute: { list: 1, string: 2 },
  list: { shape: 7 },
} as const;

/** The attribute in which TensorBoard looks for the shapes along the edges. */
const outputShapes = '_output_shapes';

interface Node {
  readonly name: string;
  readonly layer: tf.layers.Layer;
  readonly inputs: readonly string[];
  readonly shape: readonly (number | null)[];
}

/** @returns the bytes of a GraphDef */
export function graphOf(model: tf.LayersModel): Uint8Array {
  const nodes = new Walk().through(model);
  return message((writer) => {
    for (const node of nodes) submessage(writer, fieldOf.graph.node, nodeFields(node));
  });
}

/** The names of the nodes that tensors come from. */
type Known = Map<tf.SymbolicTensor, string>;

/** Collects the nodes of a model, inputs before what they lead to. */
class Walk {
  readonly #nodes: Node[] = [];
  readonly #taken = new Set<string>();

  through(model: tf.LayersModel): readonly Node[] {
    for (const output of model.outputs) this.#visit(output, '', new Map());
    return this.#nodes;
  }

  /** @returns the name of the node that a tensor comes from */
  #visit(tensor: tf.SymbolicTensor, scope: string, known: Known): string {
    const before = known.get(tensor);
    if (before !== undefined) return before;
    const inputs = tensor.inputs.map((input) => this.#visit(input, scope, known));
    const { sourceLayer: layer, nodeIndex, shape } = tensor;
    if (isModel(layer)) {
      const box = `${this.#free(scope + layer.name)}/`;
      const inside: Known = new Map(layer.inputs.map((input, i) => [input, inputs[i]]));
      const results = layer.outputs.map((output) => this.#visit(output, box, inside));
      layer.inboundNodes[nodeIndex].outputTensors.forEach((each, i) => known.set(each, results[i]));
      return known.get(tensor)!;
    }
    const name = this.#free(scope + boxed(layer.name));
    this.#nodes.push({ name, layer, inputs, shape });
    known.set(tensor, name);
    return name;
  }

  /** A layer, or a nested model, that is used twice is there twice. */
  #free(name: string): string {
    let free = name;
    for (let number = 1; this.#taken.has(free); number++) free = `${name}_${number}`;
    this.#taken.add(free);
    return free;
  }
}

/** The node's name of a layer in a block: the parts in front that count something, and a stem, are boxes around it. */
function boxed(name: string): string {
  const [boxes] = /^(?:(?:stem|[a-z]+\d+)_)*/.exec(name)!;
  return boxes.replaceAll('_', '/') + name.slice(boxes.length);
}

function nodeFields({ name, layer, inputs, shape }: Node): Fields {
  return (writer) => {
    writer.writeString(fieldOf.node.name, name);
    writer.writeString(fieldOf.node.op, layer.getClassName());
    for (const input of inputs) writer.writeString(fieldOf.node.input, input);
    attribute(outputShapes, (value) => {
      submessage(value, fieldOf.attribute.list, (list) => {
        submessage(list, fieldOf.list.shape, (inner) => {
          writeDimensions(inner, shape);
        });
      });
    })(writer);
    for (const [key, text] of settingsOf(layer)) {
      attribute(key, (value) => {
        value.writeBytes(fieldOf.attribute.string, Buffer.from(text));
      })(writer);
    }
  };
}

function attribute(key: string, value: Fields): Fields {
  return (writer) => {
    submessage(writer, fieldOf.node.attributes, (entry) => {
      entry.writeString(fieldOf.entry.key, key);
      submessage(entry, fieldOf.entry.value, value);
    });
  };
}

/** What a reader asks of a layer: its plain settings, without those that all layers have. */
function settingsOf(layer: tf.layers.Layer): [string, string][] {
  const parameters = layer.countParams();
  const own = Object.entries(layer.getConfig()).flatMap(([key, value]): [string, string][] => {
    const text = ['name', 'trainable', 'batchInputShape', 'dtype'].includes(key) ? undefined : plain(value);
    return text === undefined ? [] : [[key, text]];
  });
  return parameters > 0 ? [...own, ['parameters', parameters.toLocaleString('en-US')]] : own;
}

/** @returns undefined for what a line has no room for */
function plain(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean')
    return String(value);
  const isSizes = Array.isArray(value) && value.every((each) => typeof each === 'number');
  return isSizes ? value.join('×') : undefined;
}
