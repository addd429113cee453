/**
 * A network as a GraphDef for TensorBoard's Graphs page: a node for each layer, or for each use of one, with the shape of
 * what comes out; nested models are boxes that open.
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

/** Collects the nodes of a model, inputs before what they lead to. */
class Walk {
  readonly #nodes = new Map<string, Node>();

  through(model: tf.LayersModel): readonly Node[] {
    this.#results(model, '', new Map());
    return [...this.#nodes.values()];
  }

  /** @param known the nodes that stand for the model's inputs; those of the outermost model are nodes themselves */
  #results(model: tf.LayersModel, scope: string, known: Map<tf.SymbolicTensor, string>): string[] {
    return model.outputs.map((output) => this.#node(output, scope, known));
  }

  /** @returns the name of the node that gives a tensor */
  #node(tensor: tf.SymbolicTensor, scope: string, known: Map<tf.SymbolicTensor, string>): string {
    const before = known.get(tensor);
    if (before !== undefined) return before;
    const inputs = tensor.inputs.map((input) => this.#node(input, scope, known));
    const { sourceLayer: layer } = tensor;
    const name = isModel(layer)
      ? this.#inside(
          layer,
          this.#free(scope + layer.name, (each) => `${each}/`),
          inputs,
          tensor.outputTensorIndex ?? 0,
        )
      : this.#add({ name: this.#free(scope + layer.name), layer, inputs, shape: tensor.shape });
    known.set(tensor, name);
    return name;
  }

  #inside(model: tf.LayersModel, scope: string, inputs: readonly string[], output: number): string {
    const known = new Map(model.inputs.map((input, i) => [input, inputs[i]]));
    return this.#results(model, `${scope}/`, known)[output];
  }

  #add(node: Node): string {
    this.#nodes.set(node.name, node);
    return node.name;
  }

  /** A layer that is used twice is two nodes; a box is taken if there is a node in it. */
  #free(name: string, within = (each: string) => each): string {
    const isTaken = (each: string): boolean =>
      [...this.#nodes.keys()].some(
        (other) => other === each || (other.startsWith(within(each)) && within(each) !== each),
      );
    let free = name;
    for (let number = 1; isTaken(free); number++) free = `${name}_${number}`;
    return free;
  }
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
