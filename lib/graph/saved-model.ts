/**
 * A graph as the bytes of a saved_model.pb, through the protobuf classes that tfjs-node brings along.
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/saved_model.proto
 */
import { createRequire } from 'node:module';
import type { Graph, Node, Signature, Value } from './graph';
import type { Attr, ConstantData, DType, Shape } from './types';

/** The part of google-protobuf's messages used here; the package has no types of its own. */
interface Message {
  serializeBinary(): Uint8Array;
}
interface MessageMap<V> {
  set(key: string, value: V): void;
}
interface TensorShape extends Message {
  addDim(dim: Message): void;
}
interface Tensor extends Message {
  setDtype(dtype: number): void;
  setTensorShape(shape: TensorShape): void;
  setTensorContent(bytes: Uint8Array): void;
}
interface ListValue extends Message {
  setIList(values: readonly number[]): void;
}
interface AttrValue extends Message {
  setType(type: number): void;
  setI(value: number): void;
  setF(value: number): void;
  setB(value: boolean): void;
  setS(bytes: Uint8Array): void;
  setShape(shape: TensorShape): void;
  setTensor(tensor: Tensor): void;
  setList(list: ListValue): void;
}
interface NodeDef extends Message {
  setName(name: string): void;
  setOp(op: string): void;
  addInput(ref: string): void;
  getAttrMap(): MessageMap<AttrValue>;
}
interface GraphDef extends Message {
  addNode(node: NodeDef): void;
  setVersions(versions: VersionDef): void;
}
interface VersionDef extends Message {
  setProducer(version: number): void;
}
interface TensorInfo extends Message {
  setName(ref: string): void;
  setDtype(dtype: number): void;
  setTensorShape(shape: TensorShape): void;
}
interface SignatureDef extends Message {
  getInputsMap(): MessageMap<TensorInfo>;
  getOutputsMap(): MessageMap<TensorInfo>;
  setMethodName(name: string): void;
}
interface MetaInfoDef extends Message {
  addTags(tag: string): void;
}
interface MetaGraphDef extends Message {
  setMetaInfoDef(info: MetaInfoDef): void;
  setGraphDef(graph: GraphDef): void;
  getSignatureDefMap(): MessageMap<SignatureDef>;
}
interface SavedModel extends Message {
  setSavedModelSchemaVersion(version: number): void;
  addMetaGraphs(graph: MetaGraphDef): void;
}
interface Messages {
  readonly TensorShape: {
    new (): TensorShape;
    readonly Dim: new () => Message & { setSize(n: number): void };
  };
  readonly Tensor: new () => Tensor;
  readonly AttrValue: { new (): AttrValue; readonly ListValue: new () => ListValue };
  readonly NodeDef: new () => NodeDef;
  readonly GraphDef: new () => GraphDef;
  readonly VersionDef: new () => VersionDef;
  readonly TensorInfo: new () => TensorInfo;
  readonly SignatureDef: new () => SignatureDef;
  readonly MetaGraphDef: { new (): MetaGraphDef; readonly MetaInfoDef: new () => MetaInfoDef };
  readonly SavedModel: new () => SavedModel;
}

const pb = createRequire(__filename)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb') as Messages;

/** The tag under which `encodeSavedModel` files its only graph. */
export const servingTag = 'serve';

/**
 * The version of GraphDef that TensorFlow 2.0 wrote: late enough that no operation is read in an old meaning,
 * early enough for every TensorFlow that tfjs-node 4 is built on.
 */
const producer = 119;

/** Numbers of tensorflow/core/framework/types.proto; tfjs-node's copy is older and lacks two of them. */
const dtypeNumbers: Record<DType, number> = {
  float32: 1,
  float64: 2,
  int32: 3,
  uint8: 4,
  int16: 5,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
  uint64: 23,
};

/** @returns a SavedModel of one graph without a variables folder: its variables start uninitialised */
export function encodeSavedModel(graph: Graph): Uint8Array {
  const graphDef = new pb.GraphDef();
  for (const node of graph.nodes) graphDef.addNode(nodeDef(node));
  const versions = new pb.VersionDef();
  versions.setProducer(producer);
  graphDef.setVersions(versions);

  const metaGraph = new pb.MetaGraphDef();
  const info = new pb.MetaGraphDef.MetaInfoDef();
  info.addTags(servingTag);
  metaGraph.setMetaInfoDef(info);
  metaGraph.setGraphDef(graphDef);
  for (const [name, signature] of graph.signatures) {
    metaGraph.getSignatureDefMap().set(name, signatureDef(signature));
  }

  const savedModel = new pb.SavedModel();
  savedModel.setSavedModelSchemaVersion(1);
  savedModel.addMetaGraphs(metaGraph);
  return savedModel.serializeBinary();
}

function nodeDef(node: Node): NodeDef {
  const def = new pb.NodeDef();
  def.setName(node.name);
  def.setOp(node.op);
  for (const input of node.inputs) def.addInput(input.ref);
  for (const before of node.control) def.addInput(`^${before.name}`);
  for (const [name, attr] of Object.entries(node.attrs)) def.getAttrMap().set(name, attrValue(attr));
  return def;
}

function attrValue(attr: Attr): AttrValue {
  const value = new pb.AttrValue();
  if ('type' in attr) value.setType(dtypeNumbers[attr.type]);
  else if ('int' in attr) value.setI(attr.int);
  else if ('float' in attr) value.setF(attr.float);
  else if ('bool' in attr) value.setB(attr.bool);
  else if ('string' in attr) value.setS(Buffer.from(attr.string));
  else if ('shape' in attr) value.setShape(tensorShape(attr.shape));
  else if ('tensor' in attr) value.setTensor(constant(attr.tensor));
  else {
    const list = new pb.AttrValue.ListValue();
    list.setIList(attr.ints);
    value.setList(list);
  }
  return value;
}

function constant({ dtype, shape, values }: ConstantData): Tensor {
  const tensor = new pb.Tensor();
  tensor.setDtype(dtypeNumbers[dtype]);
  tensor.setTensorShape(tensorShape(shape));
  const content = {
    float32: () => Float32Array.from(values),
    int32: () => Int32Array.from(values),
    uint64: () => BigUint64Array.from(values, BigInt),
  }[dtype]();
  tensor.setTensorContent(new Uint8Array(content.buffer));
  return tensor;
}

function tensorShape(shape: Shape): TensorShape {
  const message = new pb.TensorShape();
  for (const size of shape) {
    const dim = new pb.TensorShape.Dim();
    dim.setSize(size ?? -1);
    message.addDim(dim);
  }
  return message;
}

function signatureDef({ inputs, outputs }: Signature): SignatureDef {
  const def = new pb.SignatureDef();
  inputs.forEach((value, i) => {
    def.getInputsMap().set(key(i), tensorInfo(value));
  });
  outputs.forEach((value, i) => {
    def.getOutputsMap().set(key(i), tensorInfo(value));
  });
  def.setMethodName('tensorflow/serving/predict');
  return def;
}

/**
 * A protobuf map is written in the order of its keys as text, and tfjs-node reads positions from it: padded, the
 * two orders are the same.
 */
function key(position: number): string {
  return String(position).padStart(6, '0');
}

function tensorInfo(value: Value): TensorInfo {
  const info = new pb.TensorInfo();
  info.setName(value.ref);
  info.setDtype(dtypeNumbers[value.dtype]);
  info.setTensorShape(tensorShape(value.shape));
  return info;
}
